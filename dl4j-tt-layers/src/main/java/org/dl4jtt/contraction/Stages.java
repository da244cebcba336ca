package org.dl4jtt.contraction;

import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.dl4jtt.internal.onednn.OneDnn;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs the convolutions of a plan one after the other, and differentiates that: by oneDNN itself,
 * or by ND4J's operations anywhere.
 *
 * <pre>
 *   z = b + K_S * ... * K_1 * x        K_s [O_s, kH, kW, I_s] in 'c' order     b [O]
 * </pre>
 *
 * <p>Images may lie in memory in any way; what is fast without a copy is 'c' order, and what {@link
 * #takesChannelsLast} tells.
 */
interface Stages {

  /** True if images [N, C, H, W] with their channels last in memory are taken as they lie. */
  boolean takesChannelsLast();

  /**
   * Overwrites {@code z}.
   *
   * @param kept for what {@link #backward} needs again
   * @param buffers for the duration of this call
   * @return what lies between the convolutions, in this executor's own order
   */
  List<INDArray> forward(
      INDArray x,
      List<INDArray> kernels,
      @Nullable INDArray bias,
      INDArray z,
      Scratch kept,
      Scratch buffers);

  /**
   * Overwrites {@code z}, for inference by kernels that stay from call to call.
   *
   * @param version of the kernels: another number, 0 or more, whenever they are others; asked for
   *     only by executors that keep something, as it takes a look at all cores
   * @param kernels asked for where this executor keeps nothing of that version
   * @param buffers for the duration of this call
   */
  default void infer(
      INDArray x,
      LongSupplier version,
      Supplier<List<INDArray>> kernels,
      @Nullable INDArray bias,
      INDArray z,
      Scratch buffers) {
    forward(x, kernels.get(), bias, z, buffers, buffers);
  }

  /**
   * All gradients; overwritten.
   *
   * @param between from the forward pass; may be overwritten
   * @param kernelGradients in 'c' order
   * @param biasGradient null if there is no bias
   * @param buffers for the duration of this call
   */
  void backward(
      INDArray x,
      List<INDArray> kernels,
      List<INDArray> between,
      INDArray zGradient,
      INDArray xGradient,
      List<INDArray> kernelGradients,
      @Nullable INDArray biasGradient,
      Scratch buffers);

  /** The fastest for this type that the backend and the class path allow. */
  static Stages best(ConvPlan plan, DataType type) {
    return type == DataType.FLOAT && OneDnn.isAvailable()
        ? new OneDnnStages(plan)
        : new Nd4jStages(plan, Products.best());
  }
}
