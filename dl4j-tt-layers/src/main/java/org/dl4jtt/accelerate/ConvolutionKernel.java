package org.dl4jtt.accelerate;

import org.dl4jtt.contraction.ConvGeometry;
import org.dl4jtt.contraction.Scratch;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Computes {@code z = W * x + b} and its gradients.
 *
 * <pre>
 *   x, dx  [N, nIn, H, W] or [N, H, W, nIn]     z, dz  [N, nOut, H', W'] or [N, H', W', nOut]
 *   W, dW  [nOut, nIn, kH, kW]                  b, db  [1, nOut], null without
 * </pre>
 */
interface ConvolutionKernel {

  /** True for an array that it can read as it lies in memory. */
  boolean reads(ConvGeometry geometry, INDArray images);

  /** True if arrays of [N, C, H, W] may have their channels last in memory. */
  boolean takesChannelsLast();

  /** Overwrites z. */
  void forward(
      ConvGeometry geometry,
      INDArray x,
      INDArray weights,
      @Nullable INDArray bias,
      INDArray z,
      Scratch scratch);

  /** Overwrites all gradients. */
  void backward(
      ConvGeometry geometry,
      INDArray x,
      INDArray weights,
      @Nullable INDArray bias,
      INDArray dz,
      INDArray dx,
      INDArray weightGradient,
      @Nullable INDArray biasGradient,
      Scratch scratch);
}
