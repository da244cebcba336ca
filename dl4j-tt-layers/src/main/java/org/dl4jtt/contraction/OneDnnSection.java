package org.dl4jtt.contraction;

import java.util.List;
import java.util.function.LongFunction;
import org.dl4jtt.onednn.ConvolutionChain;
import org.dl4jtt.onednn.Format;
import org.dl4jtt.onednn.Recent;
import org.dl4jtt.onednn.Window;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Neighbouring convolutions of a plan that hand their images on as they are: one {@link
 * ConvolutionChain}, built anew only where arrays lie in memory in another way than before.
 *
 * <p>Images [N, C, H, W], with channels first or last in memory; kernels [O, I, kH, kW].
 */
final class OneDnnSection {
  /** How the arrays of a chain lie in memory. */
  private record Layout(Format x, List<Format> kernels, Format z, boolean hasBias) {}

  private final List<Window> windows;
  private final Recent<Layout, ConvolutionChain> chains = new Recent<>();

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
    return chain(x, kernels, z, bias != null)
        .forward(x, kernels, bias, z, floats(kept), floats(buffers));
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
    chain(x, kernels, zGradient, biasGradient != null)
        .backward(
            x,
            kernels,
            between,
            zGradient,
            xGradient,
            kernelGradients,
            biasGradient,
            floats(buffers));
  }

  private ConvolutionChain chain(INDArray x, List<INDArray> kernels, INDArray z, boolean hasBias) {
    Layout layout =
        new Layout(Format.of(x), kernels.stream().map(Format::of).toList(), Format.of(z), hasBias);
    return chains.get(layout, l -> new ConvolutionChain(windows, l.x, l.kernels, l.z, l.hasBias));
  }

  private static LongFunction<INDArray> floats(Scratch scratch) {
    return n -> scratch.allocate(DataType.FLOAT, n);
  }
}
