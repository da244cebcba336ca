package org.dl4jtt.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_direct;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_winograd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;

import java.util.Objects;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.LongPointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One convolution of a {@link Window}, with bias or without, and its gradients, for arrays that
 * always lie in memory in the same way.
 *
 * <p>Where minimal filtering is possible (3x3, stride 1, padding 1, 32 channels or more, AVX-512)
 * it is taken, for z and both gradients, at twice the speed of a direct sum; results differ from
 * that by some 2e-6 of the largest.
 */
final class Convolution {
  private final Window window;
  private final memory.desc x;
  private final memory.desc w;
  private final memory.desc z;
  private final boolean hasBias;
  private final memory.desc xInside;
  private final memory.desc zInside;
  private final convolution_forward.primitive_desc direct;
  private final convolution_forward.@Nullable primitive_desc filtered;
  private final Routine forward;
  private @Nullable KeptKernel kept;
  private @Nullable Routine xGradient;
  private @Nullable Routine wGradient;

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

  private Routine ends(convolution_forward.primitive_desc d) {
    Routine routine =
        new Routine(new convolution_forward(d))
            .reads(DNNL_ARG_SRC, x, d.src_desc())
            .writes(DNNL_ARG_DST, z, d.dst_desc());
    return hasBias ? routine.reads(DNNL_ARG_BIAS, bias(), bias()) : routine;
  }

  private convolution_forward.@Nullable primitive_desc filtered(int kind) {
    if (!window.isFiltered()) {
      return null;
    }
    try {
      return describe(kind, dnnl_convolution_winograd, any(window.x()), any(window.z()));
    } catch (RuntimeException notHere) { // without AVX-512
      return null;
    }
  }

  private convolution_forward.primitive_desc describe(
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

  /**
   * A kernel in the format that suits inference best, with which this convolution then runs until
   * it is given another one. Of a filtered convolution that is the kernel transformed, four times
   * as many numbers.
   */
  private final class KeptKernel {
    private final memory kernel;
    private final Routine pack;
    private final Routine inference;

    KeptKernel() {
      convolution_forward.primitive_desc d = filtered(dnnl_forward_inference);
      memory.desc from = w;
      if (d == null) {
        d = describe(dnnl_forward_inference, dnnl_convolution_direct, xInside, zInside);
      } else {
        from = Format.of(memory.format_tag.abcd, window.w()); // what can be transformed
      }
      kernel = new memory(d.weights_desc(), OneDnn.engine());
      engine cpu = OneDnn.engine();
      pack =
          new Routine(new reorder(new reorder.primitive_desc(cpu, from, cpu, d.weights_desc())))
              .reads(DNNL_ARG_FROM, w, from)
              .uses(DNNL_ARG_TO, kernel);
      inference = ends(d).uses(DNNL_ARG_WEIGHTS, kernel);
    }
  }

  /** Keeps a copy of the kernel for {@link #infer}. */
  void keep(INDArray w, Buffers buffers) {
    if (kept == null) {
      kept = new KeptKernel();
    }
    kept.pack.run(buffers.again(), w);
  }

  /** {@link #forward} by the kernel kept last. */
  void infer(INDArray x, INDArray z, @Nullable INDArray bias, Buffers buffers) {
    Routine inference = Objects.requireNonNull(kept).inference;
    if (bias == null) {
      inference.run(buffers.again(), x, z);
    } else {
      inference.run(buffers.again(), x, z, bias);
    }
  }

  /** All gradients are overwritten. */
  void backward(
      INDArray x,
      INDArray w,
      INDArray dz,
      INDArray dx,
      INDArray dw,
      @Nullable INDArray dBias,
      Buffers buffers) {
    if (xGradient == null || wGradient == null) {
      xGradient = xGradient();
      wGradient = wGradient();
    }
    xGradient.run(buffers.again(), dx, w, dz);
    if (dBias == null) {
      wGradient.run(buffers.again(), x, dw, dz);
    } else {
      wGradient.run(buffers.again(), x, dw, dz, dBias);
    }
  }

  private Routine xGradient() {
    convolution_backward_data.primitive_desc d =
        new convolution_backward_data.primitive_desc(
            new convolution_backward_data.desc(
                algorithm(),
                backward(xInside, window.x()),
                any(window.w()),
                backward(zInside, window.z()),
                window.stride().pointer(),
                window.gaps().pointer(),
                window.padding().pointer(),
                window.paddingBehind().pointer()),
            OneDnn.engine(),
            best());
    return new Routine(new convolution_backward_data(d))
        .writes(DNNL_ARG_DIFF_SRC, x, d.diff_src_desc())
        .reads(DNNL_ARG_WEIGHTS, w, d.weights_desc())
        .reads(DNNL_ARG_DIFF_DST, z, d.diff_dst_desc());
  }

  private Routine wGradient() {
    LongPointer strides = window.stride().pointer();
    LongPointer gaps = window.gaps().pointer();
    LongPointer before = window.padding().pointer();
    LongPointer behind = window.paddingBehind().pointer();
    memory.desc from = backward(xInside, window.x());
    memory.desc to = backward(zInside, window.z());
    memory.desc kernel = any(window.w());
    convolution_backward_weights.primitive_desc d =
        new convolution_backward_weights.primitive_desc(
            hasBias
                ? new convolution_backward_weights.desc(
                    algorithm(), from, kernel, bias(), to, strides, gaps, before, behind)
                : new convolution_backward_weights.desc(
                    algorithm(), from, kernel, to, strides, gaps, before, behind),
            OneDnn.engine(),
            best());
    Routine routine =
        new Routine(new convolution_backward_weights(d))
            .reads(DNNL_ARG_SRC, x, d.src_desc())
            .writes(DNNL_ARG_DIFF_WEIGHTS, w, d.diff_weights_desc())
            .reads(DNNL_ARG_DIFF_DST, z, d.diff_dst_desc());
    return hasBias ? routine.writes(DNNL_ARG_DIFF_BIAS, bias(), bias()) : routine;
  }

  private convolution_forward.primitive_desc best() {
    return filtered == null ? direct : filtered;
  }

  private int algorithm() {
    return filtered == null ? dnnl_convolution_direct : dnnl_convolution_winograd;
  }

  private memory.desc backward(memory.desc inside, long[] sizes) {
    return filtered == null ? inside : any(sizes);
  }

  private memory.desc bias() {
    return Format.of(memory.format_tag.a, window.outputs());
  }

  private static memory.desc any(long... sizes) {
    return Format.of(memory.format_tag.any, sizes);
  }
}
