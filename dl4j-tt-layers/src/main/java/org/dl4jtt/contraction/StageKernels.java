package org.dl4jtt.contraction;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The kernels of a plan's convolutions, made from cores, and the way back for gradients. */
interface StageKernels {

  /** One kernel [outputs, kH, kW, inputs] for each convolution, in the order they run. */
  List<INDArray> kernels();

  /**
   * Writes the cores' gradients.
   *
   * @param gradients of {@link #kernels()}, in their shapes
   * @param coreGradients [r_{k-1}, n_k, r_k] each; overwritten
   */
  void backward(List<INDArray> gradients, List<INDArray> coreGradients, Scratch scratch);
}
