package org.dl4jtt.contraction;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A reordering of the four axes of a small array (a core, a product of cores; never a batch). */
final class Permutation {
  private final long[] shape;
  private final int[] axes;
  private int @Nullable [] sources;
  private @Nullable Permutation inverse;

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

  /** Where each number of the result stands in the source, in memory; not to be changed. */
  int[] sources() {
    int[] known = sources;
    if (known == null) {
      known = new int[1];
      for (int axis : axes) {
        long stride = 1;
        for (int k = axis + 1; k < shape.length; k++) {
          stride *= shape[k];
        }
        int[] longer = new int[Math.toIntExact(known.length * shape[axis])];
        for (int i = 0; i < longer.length; i++) {
          int digit = (int) (i % shape[axis]);
          longer[i] = known[(int) (i / shape[axis])] + (int) (digit * stride);
        }
        known = longer;
      }
      sources = known;
    }
    return known;
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
