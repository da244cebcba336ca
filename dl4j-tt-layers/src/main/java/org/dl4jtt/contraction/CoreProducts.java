package org.dl4jtt.contraction;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Products and reorderings of cores and merged cores: arrays that are small beside the data. */
final class CoreProducts {
  private CoreProducts() {}

  /** An array read as a matrix of the given number of rows; no copy. */
  static INDArray rows(INDArray array, long rows) {
    return array.reshape('c', new long[] {rows, array.length() / rows});
  }

  /** a b, in a new array. */
  static INDArray product(INDArray a, INDArray b, Scratch scratch) {
    INDArray out = scratch.allocate(a.dataType(), a.size(0), b.size(1));
    return Nd4j.gemm(a, b, out, false, false, 1, 0);
  }

  /** aᵀ b, in a new array. */
  static INDArray leftTransposed(INDArray a, INDArray b, Scratch scratch) {
    INDArray out = scratch.allocate(a.dataType(), a.size(1), b.size(1));
    return Nd4j.gemm(a, b, out, true, false, 1, 0);
  }

  /** a bᵀ, in a new array. */
  static INDArray rightTransposed(INDArray a, INDArray b, Scratch scratch) {
    INDArray out = scratch.allocate(a.dataType(), a.size(0), b.size(0));
    return Nd4j.gemm(a, b, out, false, true, 1, 0);
  }

  /** The array with its axes in another order, copied to 'c' order. */
  static INDArray permuted(INDArray array, Scratch scratch, int... axes) {
    INDArray view = array.permute(axes);
    INDArray out = scratch.allocate(array.dataType(), view.shape());
    out.assign(view);
    return out;
  }
}
