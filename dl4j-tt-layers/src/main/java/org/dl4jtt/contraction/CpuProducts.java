package org.dl4jtt.contraction;

import java.lang.ref.Reference;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.dl4jtt.internal.onednn.OneDnn;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * On the arrays' off-heap memory, by oneDNN or BLAS: a call costs 0.2 to 2 µs where an ND4J
 * operation costs 10 to 30. Large products go to ND4J, whose oneDNN build is faster there.
 */
final class CpuProducts implements Products {
  /** Multiplications and additions from which one product goes to ND4J: measured, see CostModel. */
  static final double LARGE = 40e6;

  /** The same for products with a short sum, as of a 1x1 convolution: [33 x 64] [64 x 3136]. */
  private static final double LARGE_OF_SHORT_SUMS = 12e6;

  private static final int SHORT_SUM = 512;

  /** Where the rows of the right-hand matrix fall on one another in the cache: see isAliased. */
  private static final int LARGEST_RIGHT = 1 << 20;

  private static final int FEW_ROWS = 128;

  /** From here on oneDNN's threads are worth waking. */
  static final double SMALL = 1e6;

  /** Up to here to reorder numbers in Java takes less than to wake oneDNN's threads. */
  private static final int FEW = 1 << 16;

  private final Products operations;
  private final boolean byOneDnn;

  /**
   * Threads of BLAS. It wakes its own sooner than OpenMP does oneDNN's, which counts where one
   * product follows another: 16 of [128 x 256] [256 x 196] take 1.8 ms on two threads, by ND4J 3.2.
   */
  private final int threads;

  CpuProducts(Products operations) {
    this(operations, OneDnn.isAvailable());
  }

  CpuProducts(Products operations, boolean byOneDnn) {
    this.operations = operations;
    this.byOneDnn = byOneDnn;
    Loader.load(org.bytedeco.openblas.global.openblas.class);
    this.threads = openblas_nolapack.blas_get_num_threads(); // known once the library is loaded
  }

  @Override
  public void multiply(Product p, INDArray a, INDArray b, INDArray c) {
    if (isForOneDnn(p, c) && OneDnnProducts.multiply(p, a, b, c)) {
      return;
    }
    if (!isNative(c.dataType()) || isLarge(p)) {
      operations.multiply(p, a, b, c);
    } else {
      Blas.multiply(p, a, b, c);
    }
  }

  private boolean isForOneDnn(Product p, INDArray c) {
    return byOneDnn
        && c.dataType() == DataType.FLOAT
        && p.flops() >= SMALL
        && p.rows() > 1
        && p.columns() > 1;
  }

  /** For ND4J. */
  private boolean isLarge(Product p) {
    boolean inTurns = p.calls() > 1 && threads > 1;
    double limit = p.inner() <= SHORT_SUM && !inTurns ? LARGE_OF_SHORT_SUMS : LARGE;
    boolean aliased =
        isAliased(p) && p.rows() <= FEW_ROWS && p.inner() * p.columns() <= LARGEST_RIGHT;
    return p.flops() / p.calls() > limit && p.isContiguous() && !aliased;
  }

  /**
   * True for a matrix whose rows are a multiple of 4 KB apart, so that they fall on one another in
   * the cache. ND4J packs them, which takes longer than a product with few rows: BLAS is 1.2 to 2
   * times as fast there.
   */
  private static boolean isAliased(Product p) {
    return p.b().row() % 1024 == 0;
  }

  @Override
  public void permute(Permutation permutation, INDArray from, INDArray to) {
    boolean few = permutation.length() <= FEW;
    if (byOneDnn && !few && to.dataType() == DataType.FLOAT) {
      OneDnnProducts.permute(permutation, from, to);
    } else if (!isNative(to.dataType()) || !Reordering.permute(permutation, from, to)) {
      operations.permute(permutation, from, to);
    }
  }

  @Override
  public void addToRows(INDArray row, INDArray matrix) {
    if (isNative(matrix.dataType())) {
      Blas.add(row, matrix, true);
    } else {
      operations.addToRows(row, matrix);
    }
  }

  @Override
  public void sumRows(INDArray matrix, INDArray row) {
    if (isNative(matrix.dataType())) {
      row.assign(0);
      Blas.add(row, matrix, false);
    } else {
      operations.sumRows(matrix, row);
    }
  }

  @Override
  public boolean isSame(INDArray a, INDArray b) {
    DataType type = a.dataType();
    if (!isNative(type) || b.dataType() != type || a.length() != b.length()) {
      return false;
    }
    try {
      Pointer first = a.data().addressPointer();
      Pointer second = b.data().addressPointer();
      return Pointer.memcmp(first, second, a.length() * type.width()) == 0;
    } finally {
      Reference.reachabilityFence(a);
      Reference.reachabilityFence(b);
    }
  }

  private static boolean isNative(DataType type) {
    return type == DataType.FLOAT || type == DataType.DOUBLE;
  }

  @Override
  public CostModel costs() {
    return byOneDnn ? CostModel.ONE_DNN : CostModel.CPU;
  }
}
