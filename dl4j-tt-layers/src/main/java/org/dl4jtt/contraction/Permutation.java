package org.dl4jtt.contraction;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A reordering of the four axes of a small array (a core, a product of cores; never a batch). */
final class Permutation {
  /**
   * The same reordering of each of several slabs, as copies of runs: leading axes that stay in
   * front count slabs, trailing axes that stay behind make runs longer.
   */
  static final class Moves {
    private final long slabs;
    private final int run;
    private final int[] sources;

    private Moves(long slabs, int run, int[] sources) {
      this.slabs = slabs;
      this.run = run;
      this.sources = sources;
    }

    static Moves of(long[] shape, int[] axes) {
      int first = 0;
      long slabs = 1;
      while (first < axes.length && axes[first] == first) {
        slabs *= shape[first++];
      }
      int end = axes.length;
      long run = 1;
      while (end > first && axes[end - 1] == end - 1) {
        run *= shape[--end];
      }
      int[] sources = {0};
      for (int k = first; k < end; k++) {
        long stride = run;
        for (int behind = axes[k] + 1; behind < end; behind++) {
          stride *= shape[behind];
        }
        int size = Math.toIntExact(shape[axes[k]]);
        int[] longer = new int[Math.multiplyExact(sources.length, size)];
        for (int i = 0; i < longer.length; i++) {
          longer[i] = Math.toIntExact(sources[i / size] + i % size * stride);
        }
        sources = longer;
      }
      return new Moves(slabs, Math.toIntExact(run), sources);
    }

    long slabs() {
      return slabs;
    }

    /** Numbers in a slab. */
    int length() {
      return Math.multiplyExact(run, sources.length);
    }

    /** Numbers that stay together. */
    int run() {
      return run;
    }

    /** Where, in its slab, each run of the result stands in the source; not to be changed. */
    int[] sources() {
      return sources;
    }
  }

  private static final int MOST_ROWS = 1024;

  private final long[] shape;
  private final int[] axes;
  private @Nullable Moves moves;
  private @Nullable Permutation inverse;

  /** Of a matrix. */
  static Permutation transposition(long rows, long columns) {
    return new Permutation(new long[] {1, rows, columns, 1}, new int[] {0, 2, 1, 3});
  }

  /**
   * @param shape of the source
   * @param axes axis k of the result is axis {@code axes[k]} of the source
   */
  Permutation(long[] shape, int[] axes) {
    this.shape = shape;
    this.axes = axes;
  }

  long[] shape() {
    return shape;
  }

  int[] axes() {
    return axes;
  }

  long[] resultShape() {
    return Arrays.stream(axes).mapToLong(axis -> shape[axis]).toArray();
  }

  Permutation inverse() {
    Permutation known = inverse;
    if (known == null) {
      int[] back = new int[axes.length];
      for (int k = 0; k < axes.length; k++) {
        back[axes[k]] = k;
      }
      known = new Permutation(resultShape(), back);
      inverse = known;
    }
    return known;
  }

  /** How memory moves. */
  Moves moves() {
    Moves known = moves;
    if (known == null) {
      known = Moves.of(shape, axes);
      moves = known;
    }
    return known;
  }

  /** Numbers in a slab of {@link #moves()}. */
  double slab() {
    double length = length();
    for (int k = 0; k < axes.length && axes[k] == k; k++) {
      length /= shape[k];
    }
    return length;
  }

  /** Numbers in a run of {@link #moves()}. */
  double run() {
    double run = 1;
    for (int k = axes.length - 1; k >= 0 && axes[k] == k; k--) {
      run *= shape[k];
    }
    return run;
  }

  /** The rows of the matrix that this transposes; 0 if it is no transposition, or of many rows. */
  int rowsTransposed() {
    boolean transposes =
        shape[0] == 1 && shape[3] == 1 && axes[0] == 0 && axes[1] == 2 && axes[2] == 1;
    return transposes && shape[1] <= MOST_ROWS ? (int) shape[1] : 0;
  }

  /** True if memory stays as it is: axes longer than one keep their order. */
  boolean isIdentity() {
    int last = -1;
    for (int axis : axes) {
      if (shape[axis] > 1) {
        if (axis < last) {
          return false;
        }
        last = axis;
      }
    }
    return true;
  }

  double length() {
    double length = 1;
    for (long size : shape) {
      length *= size;
    }
    return length;
  }
}
