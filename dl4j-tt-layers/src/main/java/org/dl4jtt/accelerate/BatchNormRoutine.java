package org.dl4jtt.accelerate;

import org.dl4jtt.contraction.Scratch;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Computes a batch norm and its gradients, by the equations of {@link BatchNormKernel}. Images are
 * [N, C, H, W], channels first or last in memory; all else has C numbers in 'c' order.
 */
interface BatchNormRoutine {

  /**
   * What a batch norm computes with.
   *
   * @param mean as the variance, of a batch or a running one
   */
  record Norm(INDArray gamma, INDArray beta, INDArray mean, INDArray variance, double eps) {}

  /** Overwrites mean and variance, by those of the batch, and y. */
  void train(INDArray x, Norm norm, INDArray y, Scratch scratch);

  /** Overwrites y, by mean and variance as they are. */
  void infer(INDArray x, Norm norm, INDArray y, Scratch scratch);

  /** Overwrites the three gradients; mean and variance are those of the batch. */
  void backward(
      INDArray x,
      INDArray dy,
      Norm norm,
      INDArray dx,
      INDArray dGamma,
      INDArray dBeta,
      Scratch scratch);
}
