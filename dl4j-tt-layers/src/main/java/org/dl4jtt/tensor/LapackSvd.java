package org.dl4jtt.tensor;

import static org.bytedeco.openblas.global.openblas.LAPACKE_dgesdd;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgesvd;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyevd;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;

import org.bytedeco.javacpp.DoublePointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@link Svd} by LAPACK: gesdd (divide and conquer), and where that does not converge, which is
 * rare but known, gesvd and then plain Java.
 *
 * <p>LAPACK stores by columns, so what it reads is Aᵀ = V diag(s) Uᵀ: its left factor, by columns,
 * is Vᵀ by rows, its right one U.
 */
final class LapackSvd implements Svd {
  private static final byte THIN = 'S';
  private static final byte VALUES = 'N';
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

  /** By dsyevd: without the vectors about ten times faster than the decomposition. */
  @Override
  public double[] eigenvalues(INDArray symmetric) {
    int n = (int) symmetric.size(0);
    INDArray a = symmetric.dup('c'); // overwritten
    INDArray rising = Nd4j.createUninitialized(DataType.DOUBLE, n);
    try {
      int info = LAPACKE_dsyevd(LAPACK_COL_MAJOR, VALUES, LOWER, n, pointer(a), n, pointer(rising));
      if (info != 0) {
        return fallback.eigenvalues(symmetric);
      }
      double[] values = new double[n];
      for (int i = 0; i < n; i++) {
        values[i] = Math.max(0, rising.getDouble(n - 1 - i)); // rounding may leave -1e-16
      }
      return values;
    } finally {
      a.close();
    }
  }

  private static DoublePointer pointer(INDArray array) {
    return (DoublePointer) array.data().addressPointer();
  }
}
