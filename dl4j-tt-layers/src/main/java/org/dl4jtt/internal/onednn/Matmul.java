package org.dl4jtt.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Many matrix products of one size in one call: {@code C(i, j) = A(i, j) B(i, j)}. One thread at a
 * time.
 *
 * <pre>
 *   A [outer, count, rows, inner]    B [outer, count, inner, columns]    C [outer, count, rows, columns]
 * </pre>
 *
 * <p>Where A or B is the same for every i or j, that size of it is 1.
 */
public final class Matmul {
  private static final String REFERENCE = "ref";

  private final boolean fast;
  private final Routine routine;

  /** For matrices that lie in memory like this; rows or columns of each are without gaps. */
  public Matmul(Format a, Format b, Format c) {
    memory.desc left = a.descriptor();
    memory.desc right = b.descriptor();
    memory.desc result = c.descriptor();
    matmul.primitive_desc description =
        new matmul.primitive_desc(new matmul.desc(left, right, result), OneDnn.engine());
    this.fast = !description.impl_info_str().getString().startsWith(REFERENCE);
    this.routine =
        new Routine(new matmul(description))
            .reads(DNNL_ARG_SRC, left, left)
            .reads(DNNL_ARG_WEIGHTS, right, right)
            .writes(DNNL_ARG_DST, result, result);
  }

  /** False where oneDNN has nothing but loops that no one made fast. */
  public boolean isFast() {
    return fast;
  }

  /** Overwrites C. Arrays count as their memory, from the first number on. */
  public void run(INDArray a, INDArray b, INDArray c) {
    routine.run(Nd4j::create, a, b, c);
  }
}
