package org.dl4jtt.internal.onednn;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.bytedeco.dnnl.memory;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Convolutions one after the other: {@code z = b + W_K * ... * W_1 * x}. What lies between two of
 * them never leaves oneDNN's own format. One thread at a time.
 *
 * <pre>
 *   x   [N, I, H, W]                z  [N, O, H', W']    FLOAT, without gaps, channels first or last
 *   W_k [O_k, I_k, kH, kW]          b  [O]               FLOAT, any strides
 * </pre>
 */
public final class ConvolutionChain {
  private final List<Convolution> stages = new ArrayList<>();
  private long keptVersion = -1;

  /**
   * For arrays that lie in memory as these.
   *
   * @param windows the convolutions in the order they run
   * @param kernels one for each
   * @throws IllegalArgumentException if an array has another shape than its convolution
   */
  public ConvolutionChain(
      List<Window> windows, Format x, List<Format> kernels, Format z, boolean hasBias) {
    check("input", x, windows.get(0).x());
    check("output", z, windows.get(windows.size() - 1).z());
    memory.desc from = x.descriptor();
    for (int k = 0; k < windows.size(); k++) {
      check("kernel", kernels.get(k), windows.get(k).w());
      boolean last = k + 1 == windows.size();
      Convolution stage =
          new Convolution(
              windows.get(k),
              from,
              kernels.get(k).descriptor(),
              last ? z.descriptor() : null,
              last && hasBias,
              // z alone: what is to be put in order before the last stage has the fewest channels
              x.isChannelsLast() || (last && z.isChannelsLast()));
      stages.add(stage);
      from = stage.output();
    }
  }

  private static void check(String what, Format format, long[] shape) {
    argument(
        format.shape().equals(Format.list(shape)),
        "the %s has shape %s, its convolution is for %s",
        what,
        format.shape(),
        Format.list(shape));
  }

  /**
   * Computes z.
   *
   * @param kernels in the order they are applied
   * @param bias null without
   * @param kept allocates so many floats for what the backward pass needs again, if there is one
   * @param buffers the same, for the duration of this call
   * @return what lies between the convolutions, for {@link #backward}
   */
  public List<INDArray> forward(
      INDArray x,
      List<INDArray> kernels,
      @Nullable INDArray bias,
      INDArray z,
      LongFunction<INDArray> kept,
      LongFunction<INDArray> buffers) {
    Buffers copies = new Buffers(buffers);
    List<INDArray> between = new ArrayList<>();
    INDArray from = x;
    for (int k = 0; k < stages.size(); k++) {
      boolean last = k + 1 == stages.size();
      INDArray to = last ? z : kept.apply(floats(stages.get(k).output()));
      stages.get(k).forward(from, kernels.get(k), to, last ? bias : null, copies);
      if (!last) {
        between.add(to);
      }
      from = to;
    }
    return between;
  }

  /**
   * Computes z for inference, by copies of the kernels in oneDNN's own format, which are kept from
   * call to call.
   *
   * @param version of the kernels, 0 or more: another number whenever they are others
   * @param kernels in the order they are applied; asked for only where this chain has no copies of
   *     that version
   * @param bias null without
   * @param buffers allocates so many floats, for the duration of this call
   */
  public void infer(
      INDArray x,
      long version,
      Supplier<List<INDArray>> kernels,
      @Nullable INDArray bias,
      INDArray z,
      LongFunction<INDArray> buffers) {
    Buffers copies = new Buffers(buffers);
    if (version != keptVersion) {
      keptVersion = -1;
      List<INDArray> others = kernels.get();
      for (int k = 0; k < stages.size(); k++) {
        stages.get(k).keep(others.get(k), copies);
      }
      keptVersion = version;
    }
    INDArray from = x;
    for (int k = 0; k < stages.size(); k++) {
      boolean last = k + 1 == stages.size();
      INDArray to = last ? z : buffers.apply(floats(stages.get(k).output()));
      stages.get(k).infer(from, to, last ? bias : null, copies);
      from = to;
    }
  }

  /**
   * All gradients; they are overwritten, and lie in memory as what they are gradients of.
   *
   * @param between from the forward pass; overwritten, each by its gradient
   * @param dBias null without
   * @param buffers allocates so many floats, for the duration of this call
   */
  public void backward(
      INDArray x,
      List<INDArray> kernels,
      List<INDArray> between,
      INDArray dz,
      INDArray dx,
      List<INDArray> kernelGradients,
      @Nullable INDArray dBias,
      LongFunction<INDArray> buffers) {
    Buffers copies = new Buffers(buffers);
    INDArray gradient = dz;
    for (int k = stages.size() - 1; k >= 0; k--) {
      INDArray from = k == 0 ? x : between.get(k - 1);
      INDArray to = k == 0 ? dx : from;
      boolean last = k + 1 == stages.size();
      stages
          .get(k)
          .backward(
              from,
              kernels.get(k),
              gradient,
              to,
              kernelGradients.get(k),
              last ? dBias : null,
              copies);
      gradient = to;
    }
  }

  private static long floats(memory.desc format) {
    return (format.get_size() + Float.BYTES - 1) / Float.BYTES;
  }
}
