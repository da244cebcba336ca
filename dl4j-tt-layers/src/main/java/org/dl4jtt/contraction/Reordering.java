package org.dl4jtt.contraction;

import java.lang.ref.Reference;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Reorderings in Java, on the off-heap memory of FLOAT and DOUBLE arrays: twice as fast as ND4J's
 * operation for few numbers, and for slabs of long runs.
 */
final class Reordering {
  /** Up to this many numbers. */
  private static final int MOVED = 1 << 16;

  private static final int LARGEST_SLAB = 1 << 20;
  private static final int SHORTEST_RUN = 16;

  private Reordering() {}

  /** False where ND4J's operation is sooner done. */
  static boolean permute(Permutation permutation, INDArray from, INDArray to) {
    boolean moves =
        permutation.length() <= MOVED
            || (permutation.slab() <= LARGEST_SLAB && permutation.run() >= SHORTEST_RUN);
    boolean isFloat = to.dataType() == DataType.FLOAT;
    boolean transposes = !moves && permutation.rowsTransposed() > 0 && isFloat;
    if (!moves && !transposes) {
      return false;
    }
    try {
      if (transposes) {
        transpose(permutation.rowsTransposed(), from, to);
      } else if (isFloat) {
        moveFloats(permutation.moves(), from, to);
      } else {
        moveDoubles(permutation.moves(), from, to);
      }
    } finally {
      Reference.reachabilityFence(from);
      Reference.reachabilityFence(to);
    }
    return true;
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
}
