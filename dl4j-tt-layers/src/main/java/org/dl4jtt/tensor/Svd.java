package org.dl4jtt.tensor;

import org.nd4j.linalg.api.ndarray.INDArray;

/** The thin singular value decomposition {@code A = U diag(s) Vᵀ} of a matrix [m, n]. */
interface Svd {

  /**
   * The factors, s falling, k = min(m, n).
   *
   * @param u [m, k], 'c' order
   * @param s [k]
   * @param vt [k, n], 'c' order
   */
  record Factors(INDArray u, INDArray s, INDArray vt) {}

  /**
   * Decomposes; the matrix is left as it was.
   *
   * @param matrix [m, n], DOUBLE, 'c' order, finite
   */
  Factors of(INDArray matrix);

  /**
   * The eigenvalues of a symmetric matrix that has no negative ones, falling.
   *
   * @param symmetric [n, n], DOUBLE, 'c' order, finite; left as it was
   */
  default double[] eigenvalues(INDArray symmetric) {
    return of(symmetric).s().toDoubleVector();
  }

  /** LAPACK where OpenBLAS is on the class path and the backend is a CPU, else plain Java. */
  static Svd best() {
    return BestSvd.INSTANCE;
  }
}
