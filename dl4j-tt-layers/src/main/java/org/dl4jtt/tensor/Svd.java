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
   * The eigenvalues and eigenvectors of a symmetric matrix that has no negative ones.
   *
   * @param values [n], falling, none below 0; wrong by about 1e-16 of the largest
   * @param vectors as rows in the same order; 'c' order
   */
  record Eigen(INDArray values, INDArray vectors) {}

  /**
   * Of a symmetric matrix.
   *
   * @param symmetric [n, n], DOUBLE, 'c' order, finite; left as it was
   */
  default Eigen eigen(INDArray symmetric) {
    Factors factors = of(symmetric);
    return new Eigen(factors.s(), factors.u().transpose().dup('c'));
  }

  /**
   * Of the Gram matrix A Aᵀ or AᵀA: squared singular values, and the singular vectors of that side.
   *
   * @param matrix A [m, n], DOUBLE, 'c' order, finite; left as it was
   * @param rows true for A Aᵀ
   */
  default Eigen ofGram(INDArray matrix, boolean rows) {
    return eigen(ChainAlgebra.product(matrix, matrix, !rows, rows));
  }

  /** The squared singular values alone, falling. */
  default double[] squares(INDArray matrix, boolean rows) {
    return ofGram(matrix, rows).values().toDoubleVector();
  }

  /** LAPACK where OpenBLAS is on the class path and the backend is a CPU, else plain Java. */
  static Svd best() {
    return BestSvd.INSTANCE;
  }
}
