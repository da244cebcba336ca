package org.dl4jtt.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.LongPointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The gradients of a convolution's input, kernel and bias. */
final class ConvolutionGradients {
  private final long copied;
  private final @Nullable Routine copy;
  private final Routine forInput;
  private final Routine forKernel;

  ConvolutionGradients(Convolution of) {
    convolution_backward_data.primitive_desc input = input(of);
    convolution_backward_weights.primitive_desc kernel = kernel(of);
    memory.desc inside = input.diff_dst_desc();
    // Where both want dz in the same order, other than it has, it is copied once.
    boolean both = inside.equals(kernel.diff_dst_desc()) && !inside.equals(of.z);
    engine cpu = OneDnn.engine();
    memory.desc dz = both ? inside : of.z;
    copied = both ? PrimitiveArgument.floats(inside) : 0;
    copy =
        both
            ? new Routine(new reorder(new reorder.primitive_desc(cpu, of.z, cpu, dz)))
                .reads(DNNL_ARG_FROM, of.z, of.z)
                .writes(DNNL_ARG_TO, dz, dz)
            : null;
    forInput =
        new Routine(new convolution_backward_data(input))
            .writes(DNNL_ARG_DIFF_SRC, of.x, input.diff_src_desc())
            .reads(DNNL_ARG_WEIGHTS, of.w, input.weights_desc())
            .reads(DNNL_ARG_DIFF_DST, dz, inside);
    Routine routine =
        new Routine(new convolution_backward_weights(kernel))
            .reads(DNNL_ARG_SRC, of.x, kernel.src_desc())
            .writes(DNNL_ARG_DIFF_WEIGHTS, of.w, kernel.diff_weights_desc())
            .reads(DNNL_ARG_DIFF_DST, dz, kernel.diff_dst_desc());
    forKernel = of.hasBias ? routine.writes(DNNL_ARG_DIFF_BIAS, of.bias(), of.bias()) : routine;
  }

  private static convolution_backward_data.primitive_desc input(Convolution of) {
    Window window = of.window;
    return new convolution_backward_data.primitive_desc(
        new convolution_backward_data.desc(
            of.algorithm(),
            inside(of, of.xInside, window.x()),
            Convolution.any(window.w()),
            inside(of, of.zInside, window.z()),
            window.stride().pointer(),
            window.gaps().pointer(),
            window.padding().pointer(),
            window.paddingBehind().pointer()),
        OneDnn.engine(),
        of.best());
  }

  private static convolution_backward_weights.primitive_desc kernel(Convolution of) {
    Window window = of.window;
    int algorithm = of.algorithm();
    LongPointer strides = window.stride().pointer();
    LongPointer gaps = window.gaps().pointer();
    LongPointer before = window.padding().pointer();
    LongPointer behind = window.paddingBehind().pointer();
    memory.desc from = inside(of, of.xInside, window.x());
    memory.desc to = inside(of, of.zInside, window.z());
    memory.desc kernel = Convolution.any(window.w());
    return new convolution_backward_weights.primitive_desc(
        of.hasBias
            ? new convolution_backward_weights.desc(
                algorithm, from, kernel, of.bias(), to, strides, gaps, before, behind)
            : new convolution_backward_weights.desc(
                algorithm, from, kernel, to, strides, gaps, before, behind),
        OneDnn.engine(),
        of.best());
  }

  private static memory.desc inside(Convolution of, memory.desc wanted, long[] sizes) {
    return of.isFiltered() ? Convolution.any(sizes) : wanted;
  }

  /** All gradients are overwritten; dx may lie where x does. */
  void run(
      INDArray x,
      INDArray w,
      INDArray dz,
      INDArray dx,
      INDArray dw,
      @Nullable INDArray dBias,
      Buffers buffers) {
    INDArray gradient = dz;
    if (copy != null) {
      gradient = buffers.again().apply(copied);
      copy.run(buffers, dz, gradient);
      buffers.hold();
    }
    if (dBias == null) {
      forKernel.run(buffers.again(), x, dw, gradient);
    } else {
      forKernel.run(buffers.again(), x, dw, gradient, dBias);
    }
    forInput.run(buffers.again(), dx, w, gradient);
    buffers.release();
  }
}
