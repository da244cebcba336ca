package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What can be computed from the cores without the whole tensor. In double, whatever the cores are.
 */
final class ChainAlgebra {
  private ChainAlgebra() {}

  /** trace(G₁[i₁] ⋯ G_d[i_d]). */
  static double entry(List<INDArray> cores, int... index) {
    argument(
        index.length == cores.size(),
        "an entry of a tensor of %d modes needs %d indices, got %d",
        cores.size(),
        cores.size(),
        index.length);
    INDArray product = null;
    for (int k = 0; k < index.length; k++) {
      INDArray core = cores.get(k);
      argument(
          index[k] >= 0 && index[k] < core.size(1),
          "index %d of mode %d is not in [0, %d)",
          index[k],
          k,
          core.size(1));
      INDArray slice =
          core.get(NDArrayIndex.all(), NDArrayIndex.point(index[k]), NDArrayIndex.all())
              .castTo(DataType.DOUBLE)
              .dup('c')
              .reshape('c', new long[] {core.size(0), core.size(2)});
      product = product == null ? slice : product(product, slice, false, false);
    }
    double trace = 0;
    for (int a = 0; product != null && a < product.size(0); a++) {
      trace += product.getDouble(a, a);
    }
    return trace;
  }

  /** Σ A[i] B[i]: from left to right, M_k = Σ_i G_k[i]ᵀ M_{k-1} H_k[i] for every pair of ends. */
  static double inner(List<INDArray> left, List<INDArray> right) {
    long ends = left.get(0).size(0) * right.get(0).size(0);
    // m: [ends, r, s], for every pair of first indices the product so far
    INDArray m =
        Nd4j.eye(ends)
            .castTo(DataType.DOUBLE)
            .reshape('c', new long[] {ends, left.get(0).size(0), right.get(0).size(0)});
    for (int k = 0; k < left.size(); k++) {
      INDArray g = matrix(left.get(k), 2); // [r·n, r']
      INDArray h = matrix(right.get(k), 1); // [s, n·s']
      long r = left.get(k).size(0);
      long n = left.get(k).size(1);
      long s = right.get(k).size(0);
      long sNext = right.get(k).size(2);
      INDArray mh = product(m.reshape('c', new long[] {ends * r, s}), h, false, false);
      INDArray blocks = mh.reshape('c', new long[] {ends, r * n, sNext});
      INDArray next = Nd4j.create(DataType.DOUBLE, new long[] {ends, g.size(1), sNext}, 'c');
      for (long e = 0; e < ends; e++) {
        Nd4j.gemm(g, block(blocks, e), block(next, e), true, false, 1, 0);
      }
      m = next;
    }
    INDArray square = m.reshape('c', new long[] {ends, ends});
    double trace = 0;
    for (long e = 0; e < ends; e++) {
      trace += square.getDouble(e, e);
    }
    return trace;
  }

  /**
   * Cores whose slices are block diagonal; the ends of a train are joined in a row and a column.
   */
  static List<INDArray> sum(List<INDArray> left, List<INDArray> right, boolean train) {
    int d = left.size();
    List<INDArray> cores = new ArrayList<>();
    for (int k = 0; k < d; k++) {
      INDArray g = left.get(k);
      INDArray h = right.get(k);
      long top = train && k == 0 ? 0 : g.size(0);
      long side = train && k == d - 1 ? 0 : g.size(2);
      INDArray core =
          Nd4j.create(g.dataType(), new long[] {top + h.size(0), g.size(1), side + h.size(2)}, 'c');
      put(core, g, 0, 0);
      put(core, h.castTo(g.dataType()), top, side);
      cores.add(core);
    }
    return cores;
  }

  private static void put(INDArray core, INDArray part, long top, long side) {
    INDArrayIndex[] where = {
      NDArrayIndex.interval(top, top + part.size(0)),
      NDArrayIndex.all(),
      NDArrayIndex.interval(side, side + part.size(2))
    };
    core.get(where).addi(part); // a single core is both ends: there the two parts fall together
  }

  /**
   * A copy of a core as a matrix: axes before {@code split} make the rows, the others the columns.
   */
  static INDArray matrix(INDArray core, int split) {
    long rows = split == 1 ? core.size(0) : core.size(0) * core.size(1);
    return core.castTo(DataType.DOUBLE)
        .dup('c')
        .reshape('c', new long[] {rows, core.length() / rows});
  }

  static INDArray product(INDArray a, INDArray b, boolean transposeA, boolean transposeB) {
    long[] shape = {a.size(transposeA ? 1 : 0), b.size(transposeB ? 0 : 1)};
    INDArray out = Nd4j.createUninitialized(a.dataType(), shape, 'c');
    Nd4j.gemm(a, b, out, transposeA, transposeB, 1, 0);
    return out;
  }

  private static INDArray block(INDArray blocks, long e) {
    return blocks
        .get(NDArrayIndex.point(e), NDArrayIndex.all(), NDArrayIndex.all())
        .reshape('c', new long[] {blocks.size(1), blocks.size(2)});
  }
}
