package org.dl4jtt.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_backward;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_global_stats;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scaleshift;

import java.util.function.LongFunction;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.memory;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Batch norm (Ioffe and Szegedy 2015, algorithm 1) of images [N, C, H, W] that always lie in memory
 * in the same way:
 *
 * <pre>
 *   y = gamma (x - mean) / √(variance + eps) + beta
 * </pre>
 *
 * <p>All arrays are FLOAT; {@code gammaBeta} is [2, C], {@code mean} and {@code variance} (of N H W
 * values, divided by their number) [C]. One thread at a time.
 */
public final class BatchNorm {
  private static final int VECTOR = 16; // channels; others than whole ones are filled up

  private final memory.desc x;
  private final memory.desc y;
  private final memory.desc inside;
  private final float eps;
  private @Nullable Routine training;
  private @Nullable Routine inference;
  private @Nullable Routine gradient;

  /**
   * For arrays that lie in memory as these.
   *
   * @param x that of the input and its gradient
   * @param y that of the output and its gradient
   */
  public BatchNorm(Format x, Format y, double eps) {
    this.x = x.descriptor();
    this.y = y.descriptor();
    this.eps = (float) eps;
    boolean asItLies = x.isChannelsLast() && x.shape().get(1) % VECTOR == 0;
    this.inside =
        asItLies
            ? this.x
            : Format.of(
                memory.format_tag.aBcd16b, x.shape().stream().mapToLong(Long::longValue).toArray());
  }

  /** y, mean and variance from x. */
  public void train(
      INDArray x,
      INDArray gammaBeta,
      INDArray mean,
      INDArray variance,
      INDArray y,
      LongFunction<INDArray> buffers) {
    if (training == null) {
      training = forward(dnnl_forward_training, dnnl_use_scaleshift);
    }
    training.run(buffers, x, gammaBeta, mean, variance, y);
  }

  /** y from x and the given mean and variance. */
  public void infer(
      INDArray x,
      INDArray gammaBeta,
      INDArray mean,
      INDArray variance,
      INDArray y,
      LongFunction<INDArray> buffers) {
    if (inference == null) {
      inference = forward(dnnl_forward_inference, dnnl_use_scaleshift | dnnl_use_global_stats);
    }
    inference.run(buffers, x, gammaBeta, mean, variance, y);
  }

  /** dx and dGammaBeta [2, C], both overwritten, after {@link #train}. */
  public void backward(
      INDArray x,
      INDArray gammaBeta,
      INDArray mean,
      INDArray variance,
      INDArray dy,
      INDArray dx,
      INDArray dGammaBeta,
      LongFunction<INDArray> buffers) {
    if (gradient == null) {
      gradient = backward();
    }
    gradient.run(buffers, x, gammaBeta, mean, variance, dy, dx, dGammaBeta);
  }

  private batch_normalization_forward.primitive_desc describe(int kind, int flags) {
    return new batch_normalization_forward.primitive_desc(
        new batch_normalization_forward.desc(kind, inside, eps, flags), OneDnn.engine());
  }

  private Routine forward(int kind, int flags) {
    batch_normalization_forward.primitive_desc d = describe(kind, flags);
    Routine routine =
        new Routine(new batch_normalization_forward(d))
            .reads(DNNL_ARG_SRC, x, inside)
            .reads(DNNL_ARG_SCALE_SHIFT, d.weights_desc(), d.weights_desc());
    // In training these two come out; neither is ever put into another format.
    return routine
        .reads(DNNL_ARG_MEAN, d.mean_desc(), d.mean_desc())
        .reads(DNNL_ARG_VARIANCE, d.variance_desc(), d.variance_desc())
        .writes(DNNL_ARG_DST, y, inside);
  }

  private Routine backward() {
    batch_normalization_forward.primitive_desc hint =
        describe(dnnl_forward_training, dnnl_use_scaleshift);
    batch_normalization_backward.primitive_desc d =
        new batch_normalization_backward.primitive_desc(
            new batch_normalization_backward.desc(
                dnnl_backward, inside, inside, eps, dnnl_use_scaleshift),
            OneDnn.engine(),
            hint);
    return new Routine(new batch_normalization_backward(d))
        .reads(DNNL_ARG_SRC, x, inside)
        .reads(DNNL_ARG_SCALE_SHIFT, d.weights_desc(), d.weights_desc())
        .reads(DNNL_ARG_MEAN, d.mean_desc(), d.mean_desc())
        .reads(DNNL_ARG_VARIANCE, d.variance_desc(), d.variance_desc())
        .reads(DNNL_ARG_DIFF_DST, y, inside)
        .writes(DNNL_ARG_DIFF_SRC, x, inside)
        .writes(DNNL_ARG_DIFF_SCALE_SHIFT, d.diff_weights_desc(), d.diff_weights_desc());
  }
}
