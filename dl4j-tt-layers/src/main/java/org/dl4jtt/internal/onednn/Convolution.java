package org.dl4jtt.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_direct;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_winograd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;

import java.util.Objects;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.LongPointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One convolution of a {@link Window}, with bias or without, and its gradients, for arrays that
 * always lie in memory in the same way.
 *
 * <p>Where minimal filtering is possible (3x3, stride 1, padding 1, 16 channels or more, AVX-512)
 * it is taken, for z and both gradients, at twice the speed of a direct sum; results differ from
 * that by some 2e-6 of the largest.
 */
final class Convolution {
  final Window window;
  final memory.desc x;
  final memory.desc w;
  final memory.desc z;
  final boolean hasBias;
  final memory.desc xInside;
  final memory.desc zInside;
  final convolution_forward.primitive_desc direct;
  private final convolution_forward.@Nullable primitive_desc filtered;
  private final Routine forward;
  private @Nullable KeptKernel kept;
  private @Nullable ConvolutionGradients gradients;

  /**
   * @param x input [N, I, H, W]
   * @param w kernel [O, I, kH, kW]
   * @param z output [N, O, H', W'], or null for the format that suits best: {@link #output()} tells
   * @param channelsLast true to sum directly over images that have their channels last
   */
  Convolution(
      Window window,
      memory.desc x,
      memory.desc w,
      memory.@Nullable desc z,
      boolean hasBias,
      boolean channelsLast) {
    this.window = window;
    this.x = x;
    this.w = w;
    this.hasBias = hasBias;
    memory.format_tag order = channelsLast ? memory.format_tag.acdb : memory.format_tag.any;
    this.xInside = Format.of(order, window.x());
    this.zInside = Format.of(order, window.z());
    this.direct = describe(dnnl_forward_training, dnnl_convolution_direct, xInside, zInside);
    this.filtered = filtered(dnnl_forward_training);
    convolution_forward.primitive_desc best = best();
    this.z = z == null ? best.dst_desc() : z;
    this.forward = ends(best).reads(DNNL_ARG_WEIGHTS, w, best.weights_desc());
  }

  /** With all arrays but the kernel. */
  Routine ends(convolution_forward.primitive_desc d) {
    Routine routine =
        new Routine(new convolution_forward(d))
            .reads(DNNL_ARG_SRC, x, d.src_desc())
            .writes(DNNL_ARG_DST, z, d.dst_desc());
    return hasBias ? routine.reads(DNNL_ARG_BIAS, bias(), bias()) : routine;
  }

  convolution_forward.@Nullable primitive_desc filtered(int kind) {
    if (!window.isFiltered()) {
      return null;
    }
    try {
      return describe(kind, dnnl_convolution_winograd, any(window.x()), any(window.z()));
    } catch (RuntimeException notHere) { // without AVX-512
      return null;
    }
  }

  convolution_forward.primitive_desc describe(
      int kind, int algorithm, memory.desc from, memory.desc to) {
    LongPointer strides = window.stride().pointer();
    LongPointer gaps = window.gaps().pointer();
    LongPointer before = window.padding().pointer();
    LongPointer behind = window.paddingBehind().pointer();
    memory.desc kernel = any(window.w());
    return new convolution_forward.primitive_desc(
        hasBias
            ? new convolution_forward.desc(
                kind, algorithm, from, kernel, bias(), to, strides, gaps, before, behind)
            : new convolution_forward.desc(
                kind, algorithm, from, kernel, to, strides, gaps, before, behind),
        OneDnn.engine());
  }

  /** How z lies in memory. */
  memory.desc output() {
    return z;
  }

  void forward(INDArray x, INDArray w, INDArray z, @Nullable INDArray bias, Buffers buffers) {
    if (bias == null) {
      forward.run(buffers.again(), x, z, w);
    } else {
      forward.run(buffers.again(), x, z, bias, w);
    }
  }

  /** Keeps a copy of the kernel for {@link #infer}. */
  void keep(INDArray w, Buffers buffers) {
    if (kept == null) {
      kept = new KeptKernel(this);
    }
    kept.keep(w, buffers);
  }

  /** {@link #forward} by the kernel kept last. */
  void infer(INDArray x, INDArray z, @Nullable INDArray bias, Buffers buffers) {
    Objects.requireNonNull(kept).infer(x, z, bias, buffers);
  }

  /** All gradients are overwritten; dx may lie where x does. */
  void backward(
      INDArray x,
      INDArray w,
      INDArray dz,
      INDArray dx,
      INDArray dw,
      @Nullable INDArray dBias,
      Buffers buffers) {
    if (gradients == null) {
      gradients = new ConvolutionGradients(this);
    }
    gradients.run(x, w, dz, dx, dw, dBias, buffers);
  }

  convolution_forward.primitive_desc best() {
    return filtered == null ? direct : filtered;
  }

  boolean isFiltered() {
    return filtered != null;
  }

  int algorithm() {
    return filtered == null ? dnnl_convolution_direct : dnnl_convolution_winograd;
  }

  memory.desc bias() {
    return Format.of(memory.format_tag.a, window.outputs());
  }

  static memory.desc any(long... sizes) {
    return Format.of(memory.format_tag.any, sizes);
  }
}
