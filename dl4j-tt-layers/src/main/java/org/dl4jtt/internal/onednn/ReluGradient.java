package org.dl4jtt.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;

import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.memory;
import org.dl4jtt.internal.LruCache;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@code dx = x > 0 ? dy : 0}. A NaN of dy stays one. */
public final class ReluGradient {
  /** Each thread has its own, so that networks in several threads do not wait for one another. */
  private static final ThreadLocal<LruCache<Long, ReluGradient>> MADE =
      ThreadLocal.withInitial(() -> new LruCache<>(64));

  private final Routine routine;

  private ReluGradient(long length) {
    memory.desc all = Format.of(memory.format_tag.a, length);
    eltwise_forward.primitive_desc hint =
        new eltwise_forward.primitive_desc(
            new eltwise_forward.desc(dnnl_forward_training, dnnl_eltwise_relu, all, 0, 0),
            OneDnn.engine());
    this.routine =
        new Routine(
                new eltwise_backward(
                    new eltwise_backward.primitive_desc(
                        new eltwise_backward.desc(dnnl_eltwise_relu, all, all, 0, 0),
                        OneDnn.engine(),
                        hint)))
            .reads(DNNL_ARG_SRC, all, all)
            .reads(DNNL_ARG_DIFF_DST, all, all)
            .writes(DNNL_ARG_DIFF_SRC, all, all);
  }

  /** Overwrites dx. All FLOAT, without gaps and in the same order in memory. */
  public static void run(INDArray x, INDArray dy, INDArray dx) {
    MADE.get().get(x.length(), ReluGradient::new).routine.run(Nd4j::create, x, dy, dx);
  }
}
