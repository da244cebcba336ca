package org.dl4jtt.tensor;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A matrix A [m, n] as a basis and what is left: {@code A ≈ Q R}, Q [m, r] with orthonormal columns
 * that span the leading left singular vectors, {@code R = Qᵀ A} [r, n]. Both 'c' order, DOUBLE.
 */
record Cut(INDArray basis, INDArray remainder, double squaredError) {

  int rank() {
    return (int) basis.size(1);
  }

  /**
   * Cuts.
   *
   * @param maxRank the rank, unless the error allows less
   * @param squaredBudget the squared singular values that may be lost below {@code maxRank};
   *     negative keeps {@code maxRank} even where they are 0
   */
  static Cut of(INDArray matrix, int maxRank, double squaredBudget) {
    Svd.Factors svd = Svd.best().of(matrix);
    double[] s = svd.s().toDoubleVector();
    int rank = Math.min(maxRank, s.length);
    double error = 0;
    for (int i = s.length - 1; i >= rank; i--) {
      error += s[i] * s[i];
    }
    while (rank > 1 && error + s[rank - 1] * s[rank - 1] <= squaredBudget) {
      rank--;
      error += s[rank] * s[rank];
    }
    INDArray u = svd.u().get(NDArrayIndex.all(), NDArrayIndex.interval(0, rank)).dup('c');
    INDArray r = svd.vt().get(NDArrayIndex.interval(0, rank), NDArrayIndex.all()).dup('c');
    for (int i = 0; i < rank; i++) {
      r.getRow(i).muli(s[i]);
    }
    return new Cut(u, r, error);
  }
}
