package org.dl4jtt.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_exclude_padding;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_max;

import java.util.function.LongFunction;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import org.bytedeco.javacpp.LongPointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Maximum or mean of each channel in each position of a {@link Window}, for images that always lie
 * in memory in the same way. Of equal maxima the first has the gradient. One thread at a time.
 *
 * <pre>
 *   x [N, C, H, W]     y [N, C, H', W']     FLOAT, without gaps, channels first or last
 * </pre>
 */
public final class Pooling {
  /** What is taken of a window. */
  public enum Kind {
    /** The largest. */
    MAXIMUM(dnnl_pooling_max),
    /** The mean of what is inside of the image. */
    MEAN(dnnl_pooling_avg_exclude_padding);

    private final int algorithm;

    Kind(int algorithm) {
      this.algorithm = algorithm;
    }
  }

  private final Kind kind;
  private final Window window;
  private final memory.desc x;
  private final memory.desc y;
  private final memory.desc yInside;
  private final Routine inference;
  private @Nullable Gradient gradient;

  /**
   * For arrays that lie in memory as these.
   *
   * @param window as many channels go out as come in
   * @param x that of the input and its gradient
   * @param y that of the output and its gradient
   */
  public Pooling(Kind kind, Window window, Format x, Format y) {
    this.kind = kind;
    this.window = window;
    this.x = x.descriptor();
    this.y = y.descriptor();
    memory.format_tag order = x.isChannelsLast() ? memory.format_tag.acdb : memory.format_tag.abcd;
    this.yInside = Format.of(order, window.z());
    this.inference =
        new Routine(new pooling_forward(describe(dnnl_forward_inference)))
            .reads(DNNL_ARG_SRC, this.x, this.x)
            .writes(DNNL_ARG_DST, this.y, yInside);
  }

  /**
   * Overwrites y.
   *
   * @param buffers allocates so many floats, for the duration of this call
   */
  public void forward(INDArray x, INDArray y, LongFunction<INDArray> buffers) {
    inference.run(buffers, x, y);
  }

  /**
   * Overwrites dx.
   *
   * @param buffers allocates so many floats, for the duration of this call
   */
  public void backward(INDArray x, INDArray dy, INDArray dx, LongFunction<INDArray> buffers) {
    if (gradient == null) {
      gradient = new Gradient();
    }
    gradient.run(x, dy, dx, buffers);
  }

  private pooling_forward.primitive_desc describe(int propagation) {
    return new pooling_forward.primitive_desc(
        new pooling_forward.desc(
            propagation,
            kind.algorithm,
            x,
            yInside,
            window.stride().pointer(),
            window.kernel().pointer(),
            window.padding().pointer(),
            window.paddingBehind().pointer()),
        OneDnn.engine());
  }

  /** By looking once more where the maxima are. */
  private final class Gradient {
    private final @Nullable Routine find;
    private final Routine spread;
    private final memory.@Nullable desc places;

    Gradient() {
      pooling_forward.primitive_desc hint = describe(dnnl_forward_training);
      spread = new Routine(new pooling_backward(back(hint)));
      if (kind == Kind.MAXIMUM) {
        places = hint.workspace_desc();
        find =
            new Routine(new pooling_forward(hint))
                .reads(DNNL_ARG_SRC, x, x)
                .writes(DNNL_ARG_DST, yInside, yInside)
                .writes(DNNL_ARG_WORKSPACE, places, places);
        spread.reads(DNNL_ARG_WORKSPACE, places, places);
      } else {
        places = null;
        find = null;
      }
      spread.reads(DNNL_ARG_DIFF_DST, y, yInside).writes(DNNL_ARG_DIFF_SRC, x, x);
    }

    private pooling_backward.primitive_desc back(pooling_forward.primitive_desc hint) {
      LongPointer strides = window.stride().pointer();
      return new pooling_backward.primitive_desc(
          new pooling_backward.desc(
              kind.algorithm,
              x,
              yInside,
              strides,
              window.kernel().pointer(),
              window.padding().pointer(),
              window.paddingBehind().pointer()),
          OneDnn.engine(),
          hint);
    }

    void run(INDArray x, INDArray dy, INDArray dx, LongFunction<INDArray> buffers) {
      if (find == null || places == null) {
        spread.run(buffers, dy, dx);
        return;
      }
      INDArray found = buffers.apply(PrimitiveArgument.floats(places));
      find.run(buffers, x, buffers.apply(PrimitiveArgument.floats(yInside)), found);
      spread.run(buffers, found, dy, dx);
    }
  }
}
