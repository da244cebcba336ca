package org.dl4jtt.contraction;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_daxpy;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_dgemv;
import static org.bytedeco.openblas.global.openblas.cblas_saxpy;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;
import static org.bytedeco.openblas.global.openblas.cblas_sgemv;

import java.lang.ref.Reference;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** BLAS on the off-heap memory of FLOAT and DOUBLE arrays: one call for each product. */
final class Blas {
  private Blas() {}

  static void multiply(Product p, INDArray a, INDArray b, INDArray c) {
    DataType type = c.dataType();
    INDArray first = p.swapped() ? b : a;
    INDArray second = p.swapped() ? a : b;
    try {
      if (type == DataType.FLOAT) {
        floats(p, first, second, c);
      } else {
        doubles(p, first, second, c);
      }
    } finally {
      // BLAS sees addresses only: the arrays must outlive the calls.
      Reference.reachabilityFence(a);
      Reference.reachabilityFence(b);
      Reference.reachabilityFence(c);
    }
  }

  private static void floats(Product p, INDArray first, INDArray second, INDArray target) {
    Pointer a0 = first.data().addressPointer();
    Pointer b0 = second.data().addressPointer();
    Pointer c0 = target.data().addressPointer();
    FloatPointer a = new FloatPointer(a0);
    FloatPointer b = new FloatPointer(b0);
    FloatPointer c = new FloatPointer(c0);
    int transA = p.a().transposed() ? CblasTrans : CblasNoTrans;
    int transB = p.b().transposed() ? CblasTrans : CblasNoTrans;
    for (long i = 0; i < p.outer(); i++) {
      for (long j = 0; j < p.count(); j++) {
        a.position(a0.position() + start(p.a(), i, j));
        b.position(b0.position() + start(p.b(), i, j));
        c.position(c0.position() + start(p.c(), i, j));
        int beta = p.isFirst(i, j) ? 0 : 1;
        if (p.columns() == 1) {
          cblas_sgemv(
              CblasRowMajor,
              transA,
              (int) (p.a().transposed() ? p.inner() : p.rows()),
              (int) (p.a().transposed() ? p.rows() : p.inner()),
              1,
              a,
              (int) p.a().row(),
              b,
              p.b().transposed() ? 1 : (int) p.b().row(),
              beta,
              c,
              (int) p.c().row());
        } else if (p.rows() == 1) {
          cblas_sgemv(
              CblasRowMajor,
              transB == CblasTrans ? CblasNoTrans : CblasTrans,
              (int) (p.b().transposed() ? p.columns() : p.inner()),
              (int) (p.b().transposed() ? p.inner() : p.columns()),
              1,
              b,
              (int) p.b().row(),
              a,
              p.a().transposed() ? (int) p.a().row() : 1,
              beta,
              c,
              1);
        } else {
          cblas_sgemm(
              CblasRowMajor,
              transA,
              transB,
              (int) p.rows(),
              (int) p.columns(),
              (int) p.inner(),
              1,
              a,
              (int) p.a().row(),
              b,
              (int) p.b().row(),
              beta,
              c,
              (int) p.c().row());
        }
      }
    }
  }

  private static void doubles(Product p, INDArray first, INDArray second, INDArray target) {
    Pointer a0 = first.data().addressPointer();
    Pointer b0 = second.data().addressPointer();
    Pointer c0 = target.data().addressPointer();
    DoublePointer a = new DoublePointer(a0);
    DoublePointer b = new DoublePointer(b0);
    DoublePointer c = new DoublePointer(c0);
    int transA = p.a().transposed() ? CblasTrans : CblasNoTrans;
    int transB = p.b().transposed() ? CblasTrans : CblasNoTrans;
    for (long i = 0; i < p.outer(); i++) {
      for (long j = 0; j < p.count(); j++) {
        a.position(a0.position() + start(p.a(), i, j));
        b.position(b0.position() + start(p.b(), i, j));
        c.position(c0.position() + start(p.c(), i, j));
        int beta = p.isFirst(i, j) ? 0 : 1;
        if (p.columns() == 1) {
          cblas_dgemv(
              CblasRowMajor,
              transA,
              (int) (p.a().transposed() ? p.inner() : p.rows()),
              (int) (p.a().transposed() ? p.rows() : p.inner()),
              1,
              a,
              (int) p.a().row(),
              b,
              p.b().transposed() ? 1 : (int) p.b().row(),
              beta,
              c,
              (int) p.c().row());
        } else if (p.rows() == 1) {
          cblas_dgemv(
              CblasRowMajor,
              transB == CblasTrans ? CblasNoTrans : CblasTrans,
              (int) (p.b().transposed() ? p.columns() : p.inner()),
              (int) (p.b().transposed() ? p.inner() : p.columns()),
              1,
              b,
              (int) p.b().row(),
              a,
              p.a().transposed() ? (int) p.a().row() : 1,
              beta,
              c,
              1);
        } else {
          cblas_dgemm(
              CblasRowMajor,
              transA,
              transB,
              (int) p.rows(),
              (int) p.columns(),
              (int) p.inner(),
              1,
              a,
              (int) p.a().row(),
              b,
              (int) p.b().row(),
              beta,
              c,
              (int) p.c().row());
        }
      }
    }
  }

  /** Adds the row to every row of the matrix, or every row of the matrix to it. */
  static void add(INDArray row, INDArray matrix, boolean toMatrix) {
    long columns = row.length();
    long end = matrix.length();
    try {
      if (matrix.dataType() == DataType.FLOAT) {
        FloatPointer r = new FloatPointer(row.data().addressPointer());
        FloatPointer m = new FloatPointer(matrix.data().addressPointer());
        long start = m.position();
        for (long i = 0; i < end; i += columns) {
          m.position(start + i);
          cblas_saxpy((int) columns, 1, toMatrix ? r : m, 1, toMatrix ? m : r, 1);
        }
      } else {
        DoublePointer r = new DoublePointer(row.data().addressPointer());
        DoublePointer m = new DoublePointer(matrix.data().addressPointer());
        long start = m.position();
        for (long i = 0; i < end; i += columns) {
          m.position(start + i);
          cblas_daxpy((int) columns, 1, toMatrix ? r : m, 1, toMatrix ? m : r, 1);
        }
      }
    } finally {
      Reference.reachabilityFence(row);
      Reference.reachabilityFence(matrix);
    }
  }

  private static long start(Product.Operand operand, long i, long j) {
    return i * operand.outerStride() + j * operand.stride();
  }
}
