package org.dl4jtt.tensor;

import static org.bytedeco.openblas.global.openblas.CblasColMajor;
import static org.bytedeco.openblas.global.openblas.CblasLower;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgesdd;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgesvd;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyevd;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyevd_2stage;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;
import static org.bytedeco.openblas.global.openblas.cblas_dsyrk;

import org.bytedeco.javacpp.DoublePointer;
import org.dl4jtt.internal.Check;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@link Svd} by LAPACK: gesdd (divide and conquer), and where that does not converge, which is
 * rare but known, gesvd and then plain Java. Gram matrices by syrk, half the work of a product, and
 * their eigenvectors by syevd.
 *
 * <p>LAPACK stores by columns, so what it reads is Aᵀ = V diag(s) Uᵀ: its left factor, by columns,
 * is Vᵀ by rows, its right one U.
 */
final class LapackSvd implements Svd {
  private static final byte THIN = 'S';
  private static final byte VALUES = 'N';
  private static final byte VECTORS = 'V';
  private static final byte LOWER = 'L';
  private final Svd fallback;

  LapackSvd(Svd fallback) {
    this.fallback = fallback;
  }

  @Override
  public Factors of(INDArray matrix) {
    int m = (int) matrix.size(0);
    int n = (int) matrix.size(1);
    int k = Math.min(m, n);
    INDArray s = Nd4j.createUninitialized(DataType.DOUBLE, k);
    INDArray u = Nd4j.createUninitialized(DataType.DOUBLE, new long[] {m, k}, 'c');
    INDArray vt = Nd4j.createUninitialized(DataType.DOUBLE, new long[] {k, n}, 'c');
    INDArray a = matrix.dup('c'); // overwritten
    try {
      int info =
          LAPACKE_dgesdd(
              LAPACK_COL_MAJOR,
              THIN,
              n,
              m,
              pointer(a),
              n,
              pointer(s),
              pointer(vt),
              n,
              pointer(u),
              k);
      if (info > 0) {
        a.assign(matrix);
        try (DoublePointer work = new DoublePointer(k)) {
          info =
              LAPACKE_dgesvd(
                  LAPACK_COL_MAJOR,
                  THIN,
                  THIN,
                  n,
                  m,
                  pointer(a),
                  n,
                  pointer(s),
                  pointer(vt),
                  n,
                  pointer(u),
                  k,
                  work);
        }
      }
      if (info > 0) {
        return fallback.of(matrix);
      }
      Check.state(info == 0, "LAPACK refused argument %d of a %d x %d matrix", -info, m, n);
      return new Factors(u, s, vt);
    } finally {
      a.close();
    }
  }

  @Override
  public Eigen eigen(INDArray symmetric) {
    INDArray a = symmetric.neg().dup('c');
    double[] values = eigenvalues(a, VECTORS);
    return values == null ? fallback.eigen(symmetric) : new Eigen(Nd4j.createFromArray(values), a);
  }

  @Override
  public Eigen ofGram(INDArray matrix, boolean rows) {
    INDArray a = negativeGram(matrix, rows);
    double[] squares = eigenvalues(a, VECTORS);
    return squares == null
        ? fallback.ofGram(matrix, rows)
        : new Eigen(Nd4j.createFromArray(squares), a);
  }

  /** Without the vectors the reduction to a band is three times faster. */
  @Override
  public double[] squares(INDArray matrix, boolean rows) {
    INDArray a = negativeGram(matrix, rows);
    try {
      double[] squares = eigenvalues(a, VALUES);
      return squares == null ? fallback.squares(matrix, rows) : squares;
    } finally {
      a.close(); // off-heap memory would otherwise wait for the garbage collector
    }
  }

  /**
   * −A Aᵀ or −AᵀA, of which only one half is written. It is the negative one because LAPACK sorts
   * eigenvalues rising.
   */
  private static INDArray negativeGram(INDArray matrix, boolean rows) {
    INDArray whole = matrix.isView() ? matrix.dup('c') : matrix; // no offset, no gaps
    int m = (int) matrix.size(0);
    int n = (int) matrix.size(1);
    int order = rows ? m : n;
    INDArray gram = Nd4j.createUninitialized(DataType.DOUBLE, new long[] {order, order}, 'c');
    // By columns the memory of A is Aᵀ.
    cblas_dsyrk(
        CblasColMajor,
        CblasLower,
        rows ? CblasTrans : CblasNoTrans,
        order,
        rows ? n : m,
        -1,
        pointer(whole),
        n,
        0,
        pointer(gram),
        order);
    return gram;
  }

  /**
   * The eigenvalues with their signs turned; the matrix is overwritten, if vectors are asked for by
   * them. Null if LAPACK did not converge.
   */
  private static double @Nullable [] eigenvalues(INDArray negative, byte job) {
    int n = (int) negative.size(0);
    INDArray rising = Nd4j.createUninitialized(DataType.DOUBLE, n);
    DoublePointer a = pointer(negative);
    int info =
        job == VECTORS
            ? LAPACKE_dsyevd(LAPACK_COL_MAJOR, job, LOWER, n, a, n, pointer(rising))
            : LAPACKE_dsyevd_2stage(LAPACK_COL_MAJOR, job, LOWER, n, a, n, pointer(rising));
    if (info != 0) {
      return null;
    }
    double[] values = rising.toDoubleVector();
    for (int i = 0; i < n; i++) {
      values[i] = Math.max(0, -values[i]); // rounding may leave -1e-16
    }
    return values;
  }

  private static DoublePointer pointer(INDArray array) {
    return (DoublePointer) array.data().addressPointer();
  }
}
