package org.dl4jtt.contraction;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import java.lang.ref.Reference;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * By BLAS on the arrays' off-heap memory: a call costs 0.2 µs where an ND4J operation costs 10 to
 * 30. Large products go to ND4J, whose oneDNN build is faster there.
 */
final class CpuProducts implements Products {
  /** Multiplications and additions from which one product goes to ND4J: measured, see CostModel. */
  static final double LARGE = 40e6;

  private final Products operations;

  CpuProducts(Products operations) {
    this.operations = operations;
    Loader.load(org.bytedeco.openblas.global.openblas.class);
  }

  @Override
  public void multiply(Product p, INDArray a, INDArray b, INDArray c) {
    DataType type = c.dataType();
    boolean large = p.flops() / p.calls() > LARGE && p.isContiguous();
    if (large || (type != DataType.FLOAT && type != DataType.DOUBLE)) {
      operations.multiply(p, a, b, c);
      return;
    }
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
        cblas_sgemm(
            CblasRowMajor,
            transA,
            transB,
            (int) p.rows(),
            (int) p.columns(),
            (int) p.inner(),
            1,
            a.position(a0.position() + start(p.a(), i, j)),
            (int) p.a().row(),
            b.position(b0.position() + start(p.b(), i, j)),
            (int) p.b().row(),
            p.isFirst(i, j) ? 0 : 1,
            c.position(c0.position() + start(p.c(), i, j)),
            (int) p.c().row());
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
        cblas_dgemm(
            CblasRowMajor,
            transA,
            transB,
            (int) p.rows(),
            (int) p.columns(),
            (int) p.inner(),
            1,
            a.position(a0.position() + start(p.a(), i, j)),
            (int) p.a().row(),
            b.position(b0.position() + start(p.b(), i, j)),
            (int) p.b().row(),
            p.isFirst(i, j) ? 0 : 1,
            c.position(c0.position() + start(p.c(), i, j)),
            (int) p.c().row());
      }
    }
  }

  private static long start(Product.Operand operand, long i, long j) {
    return i * operand.outerStride() + j * operand.stride();
  }

  @Override
  public CostModel costs() {
    return CostModel.CPU;
  }
}
