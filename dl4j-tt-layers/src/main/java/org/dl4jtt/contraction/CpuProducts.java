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
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * By BLAS on the arrays' off-heap memory: a call costs 0.2 µs where an ND4J operation costs 10 to
 * 30. Large products go to ND4J, whose oneDNN build is faster there.
 */
final class CpuProducts implements Products {
  /** Multiplications and additions from which one product goes to ND4J: measured, see CostModel. */
  static final double LARGE = 40e6;

  /** The same for products with a short sum, as of a 1x1 convolution: [33 x 64] [64 x 3136]. */
  private static final double LARGE_OF_SHORT_SUMS = 12e6;

  private static final int SHORT_SUM = 512;

  /**
   * Up to this many numbers, and slabs of longer runs, are reordered in Java, twice as fast there.
   */
  private static final int MOVED = 1 << 16;

  private static final int LARGEST_SLAB = 1 << 20;
  private static final int SHORTEST_RUN = 16;

  private final Products operations;

  /**
   * Threads of BLAS. It wakes its own sooner than OpenMP does oneDNN's, which counts where one
   * product follows another: 16 of [128 x 256] [256 x 196] take 1.8 ms on two threads, by ND4J 3.2.
   */
  private final int threads;

  CpuProducts(Products operations) {
    this.operations = operations;
    Loader.load(org.bytedeco.openblas.global.openblas.class);
    this.threads = openblas_nolapack.blas_get_num_threads(); // known once the library is loaded
  }

  @Override
  public void multiply(Product p, INDArray a, INDArray b, INDArray c) {
    DataType type = c.dataType();
    if (isLarge(p) || !isNative(type)) {
      operations.multiply(p, a, b, c);
      return;
    }
    blas(p, a, b, c);
  }

  private boolean isLarge(Product p) {
    boolean inTurns = p.calls() > 1 && threads > 1;
    double limit = p.inner() <= SHORT_SUM && !inTurns ? LARGE_OF_SHORT_SUMS : LARGE;
    return p.flops() / p.calls() > limit && p.isContiguous() && !isAliased(p);
  }

  /**
   * True for few rows times a matrix whose own rows are a multiple of 4 KB apart, so that they fall
   * on one another in the cache while oneDNN packs them: BLAS is 1.2 to 2 times as fast there.
   */
  private static boolean isAliased(Product p) {
    return p.b().row() % 1024 == 0 && p.rows() <= 128 && p.inner() * p.columns() <= 1 << 20;
  }

  static void blas(Product p, INDArray a, INDArray b, INDArray c) {
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

  @Override
  public void permute(Permutation permutation, INDArray from, INDArray to) {
    boolean inJava =
        permutation.length() <= MOVED
            || (permutation.slab() <= LARGEST_SLAB && permutation.run() >= SHORTEST_RUN);
    if (!inJava && permutation.rowsTransposed() > 0 && to.dataType() == DataType.FLOAT) {
      try {
        transpose(permutation.rowsTransposed(), from, to);
      } finally {
        Reference.reachabilityFence(from);
        Reference.reachabilityFence(to);
      }
      return;
    }
    if (!inJava || !isNative(to.dataType())) {
      operations.permute(permutation, from, to);
      return;
    }
    try {
      if (to.dataType() == DataType.FLOAT) {
        moveFloats(permutation.moves(), from, to);
      } else {
        moveDoubles(permutation.moves(), from, to);
      }
    } finally {
      Reference.reachabilityFence(from);
      Reference.reachabilityFence(to);
    }
  }

  /** In tiles of all rows and as many columns as stay in the second-level cache. */
  private static void transpose(int rows, INDArray from, INDArray to) {
    long columns = from.length() / rows;
    int width = (int) Math.min(columns, Math.max(1, MOVED / 2 / rows));
    float[] numbers = new float[rows * width];
    float[] transposed = new float[numbers.length];
    FloatPointer source = new FloatPointer(from.data().addressPointer());
    FloatPointer target = new FloatPointer(to.data().addressPointer());
    long sourceStart = source.position();
    long targetStart = target.position();
    for (long first = 0; first < columns; first += width) {
      int w = (int) Math.min(width, columns - first);
      for (int i = 0; i < rows; i++) {
        source.position(sourceStart + i * columns + first).get(numbers, i * w, w);
      }
      for (int j = 0; j < w; j++) {
        for (int i = 0; i < rows; i++) {
          transposed[j * rows + i] = numbers[i * w + j];
        }
      }
      target.position(targetStart + first * rows).put(transposed, 0, w * rows);
    }
  }

  private static void moveFloats(Permutation.Moves moves, INDArray from, INDArray to) {
    float[] numbers = new float[moves.length()];
    float[] reordered = new float[numbers.length];
    FloatPointer source = new FloatPointer(from.data().addressPointer());
    FloatPointer target = new FloatPointer(to.data().addressPointer());
    long sourceStart = source.position();
    long targetStart = target.position();
    for (long slab = 0; slab < moves.slabs(); slab++) {
      source.position(sourceStart + slab * numbers.length).get(numbers);
      move(moves, numbers, reordered);
      target.position(targetStart + slab * numbers.length).put(reordered);
    }
  }

  private static void moveDoubles(Permutation.Moves moves, INDArray from, INDArray to) {
    double[] numbers = new double[moves.length()];
    double[] reordered = new double[numbers.length];
    DoublePointer source = new DoublePointer(from.data().addressPointer());
    DoublePointer target = new DoublePointer(to.data().addressPointer());
    long sourceStart = source.position();
    long targetStart = target.position();
    for (long slab = 0; slab < moves.slabs(); slab++) {
      source.position(sourceStart + slab * numbers.length).get(numbers);
      move(moves, numbers, reordered);
      target.position(targetStart + slab * numbers.length).put(reordered);
    }
  }

  private static void move(Permutation.Moves moves, float[] from, float[] to) {
    int[] sources = moves.sources();
    int run = moves.run();
    if (run == 1) {
      for (int k = 0; k < sources.length; k++) {
        to[k] = from[sources[k]];
      }
    } else {
      for (int k = 0; k < sources.length; k++) {
        System.arraycopy(from, sources[k], to, k * run, run);
      }
    }
  }

  private static void move(Permutation.Moves moves, double[] from, double[] to) {
    int[] sources = moves.sources();
    int run = moves.run();
    for (int k = 0; k < sources.length; k++) {
      System.arraycopy(from, sources[k], to, k * run, run);
    }
  }

  @Override
  public void addToRows(INDArray row, INDArray matrix) {
    if (isNative(matrix.dataType())) {
      add(row, matrix, true);
    } else {
      operations.addToRows(row, matrix);
    }
  }

  @Override
  public void sumRows(INDArray matrix, INDArray row) {
    if (isNative(matrix.dataType())) {
      row.assign(0);
      add(row, matrix, false);
    } else {
      operations.sumRows(matrix, row);
    }
  }

  /** Adds the row to every row of the matrix, or every row of the matrix to it. */
  private static void add(INDArray row, INDArray matrix, boolean toMatrix) {
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

  private static long start(Product.Operand operand, long i, long j) {
    return i * operand.outerStride() + j * operand.stride();
  }

  @Override
  public CostModel costs() {
    return CostModel.CPU;
  }
}
