package org.dl4jtt.layers.impl;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import java.util.List;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Rows of a matrix {@code [nIn, nOut]} in tensor form, without the matrix.
 *
 * <pre>
 *   PAIRED      row(i) = G₁[i₁] ⋯ G_d[i_d]            the output modes stay open
 *   SEPARATED   row(i) = L · (G_{p+1}[i₁] ⋯ G_d[i_q])  L = G₁ ⋯ G_p, the same for all rows
 * </pre>
 *
 * <p>A ring traces its two ends, r₀ = r_d.
 */
final class RowLookup {
  private final long ends;
  private final IndexedChain chain;
  private final @Nullable IndexedChain left;
  private final int outputCores;

  /** Looks the rows up, in the current workspace. */
  RowLookup(TensorForm form, List<INDArray> cores, int[] indices) {
    this.ends = form.ranks().get(0);
    List<INDArray> views = IndexedChain.fourAxes(form, cores);
    int[][] digits = IndexedChain.digits(indices, form.tensorization().inputModes());
    boolean separated = form.tensorization().scheme() == Scheme.SEPARATED;
    this.outputCores = separated ? form.tensorization().outputModes().size() : 0;
    this.chain = new IndexedChain(views.subList(outputCores, views.size()), digits);
    this.left =
        separated ? new IndexedChain(views.subList(0, outputCores), new int[outputCores][1]) : null;
  }

  /** {@code [B, nOut]} in 'c' order. */
  INDArray rows() {
    INDArray z = chain.product();
    if (left == null) { // [B, r₀·M, r_d]
      long batch = z.size(0);
      long m = z.size(1) / ends;
      if (ends == 1) {
        return z.reshape('c', new long[] {batch, m});
      }
      INDArray open = z.reshape('c', new long[] {batch, ends, m, ends});
      INDArray sum = open.get(all(), point(0), all(), point(0)).dup('c');
      for (long c = 1; c < ends; c++) {
        sum.addi(open.get(all(), point(c), all(), point(c)));
      }
      return sum.reshape('c', new long[] {batch, m});
    }
    INDArray l = leftByEnds(left); // [r₀·r_p, M]
    INDArray out = Nd4j.createUninitialized(l.dataType(), new long[] {z.size(0), l.size(1)}, 'c');
    return Nd4j.gemm(rightByEnds(), l, out, false, false, 1, 0);
  }

  /**
   * Writes the cores' gradients; what was not looked up gets zeros.
   *
   * @param rowGradients {@code [B, nOut]} in 'c' order
   */
  void backward(TensorForm form, INDArray rowGradients, List<INDArray> coreGradients) {
    List<INDArray> views = IndexedChain.fourAxes(form, coreGradients);
    INDArray z = chain.product();
    long batch = z.size(0);
    if (left == null) {
      INDArray dz = rowGradients;
      if (ends > 1) {
        dz = Nd4j.create(z.dataType(), new long[] {batch, ends, z.size(1) / ends, ends}, 'c');
        for (long c = 0; c < ends; c++) {
          dz.get(all(), point(c), all(), point(c)).assign(rowGradients);
        }
      }
      chain.backward(dz, views);
      return;
    }
    INDArray l = leftByEnds(left);
    INDArray right = rightByEnds();
    INDArray dRight = Nd4j.createUninitialized(l.dataType(), right.shape(), 'c');
    Nd4j.gemm(rowGradients, l, dRight, false, true, 1, 0);
    INDArray dl = Nd4j.createUninitialized(l.dataType(), l.shape(), 'c');
    Nd4j.gemm(right, rowGradients, dl, true, false, 1, 0);
    long rank = z.size(1);
    chain.backward(
        dRight.reshape('c', new long[] {batch, ends, rank}).permute(0, 2, 1).dup('c'),
        views.subList(outputCores, views.size()));
    left.backward(
        dl.reshape('c', new long[] {ends, rank, l.size(1)}).permute(0, 2, 1).dup('c'),
        views.subList(0, outputCores));
  }

  /** {@code [B, r_p, r₀]} as {@code [B, r₀·r_p]}. */
  private INDArray rightByEnds() {
    INDArray z = chain.product();
    return z.permute(0, 2, 1).dup('c').reshape('c', new long[] {z.size(0), z.size(1) * z.size(2)});
  }

  /** {@code [1, r₀·M, r_p]} as {@code [r₀·r_p, M]}. */
  private INDArray leftByEnds(IndexedChain outputs) {
    INDArray z = outputs.product();
    long m = z.size(1) / ends;
    return z.reshape('c', new long[] {ends, m, z.size(2)})
        .permute(0, 2, 1)
        .dup('c')
        .reshape('c', new long[] {ends * z.size(2), m});
  }
}
