package org.dl4jtt.contraction;

import java.util.List;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.dl4jtt.internal.LruCache;
import org.dl4jtt.internal.onednn.ConvolutionChain;
import org.dl4jtt.internal.onednn.Format;
import org.dl4jtt.internal.onednn.Images;
import org.dl4jtt.internal.onednn.Window;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Neighbouring convolutions of a plan that hand their images on as they are: one {@link
 * ConvolutionChain}, built anew only where arrays lie in memory in another way than before.
 *
 * <p>Images [N, C, H, W], with channels first or last in memory; kernels [O, kH, kW, I] in 'c'
 * order.
 */
final class OneDnnSection {
  /** How the arrays of a chain lie in memory. */
  private record Layout(Format x, Format z, boolean hasBias) {}

  private final List<Window> windows;
  private final LruCache<Layout, ConvolutionChain> chains = new LruCache<>();

  OneDnnSection(List<ConvGeometry> stages) {
    windows = stages.stream().map(ConvGeometry::window).toList();
  }

  /** The number of convolutions. */
  int length() {
    return windows.size();
  }

  /** Overwrites {@code z}; what lies between the convolutions is in oneDNN's own format. */
  List<INDArray> forward(
      INDArray x,
      List<INDArray> kernels,
      @Nullable INDArray bias,
      INDArray z,
      Scratch kept,
      Scratch buffers) {
    return chain(x, z, bias != null)
        .forward(x, turned(kernels), bias, z, floats(kept), floats(buffers));
  }

  /** {@link Stages#infer}. */
  void infer(
      INDArray x,
      long version,
      Supplier<List<INDArray>> kernels,
      @Nullable INDArray bias,
      INDArray z,
      Scratch buffers) {
    chain(x, z, bias != null)
        .infer(x, version, () -> turned(kernels.get()), bias, z, floats(buffers));
  }

  /** All gradients; each lies in memory as what it is the gradient of. */
  void backward(
      INDArray x,
      List<INDArray> kernels,
      List<INDArray> between,
      INDArray zGradient,
      INDArray xGradient,
      List<INDArray> kernelGradients,
      @Nullable INDArray biasGradient,
      Scratch buffers) {
    // What lies between does not depend on how x and z lie: z may have lain in another way.
    chain(x, zGradient, biasGradient != null)
        .backward(
            x,
            turned(kernels),
            between,
            zGradient,
            xGradient,
            turned(kernelGradients),
            biasGradient,
            floats(buffers));
  }

  private ConvolutionChain chain(INDArray x, INDArray z, boolean hasBias) {
    return chains.get(
        new Layout(Format.of(x), Format.of(z), hasBias),
        l -> new ConvolutionChain(windows, l.x, kernelFormats(), l.z, l.hasBias));
  }

  private List<Format> kernelFormats() {
    return windows.stream().map(window -> Format.channelsLast(window.w())).toList();
  }

  /** [O, I, kH, kW], on the same memory. */
  private static List<INDArray> turned(List<INDArray> kernels) {
    return kernels.stream().map(Images::toNchw).toList();
  }

  private static LongFunction<INDArray> floats(Scratch scratch) {
    return n -> scratch.allocate(DataType.FLOAT, n);
  }
}
