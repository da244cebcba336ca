package org.dl4jtt.contraction;

import java.util.Arrays;

/** A reordering of the four axes of a small array (a core, a product of cores; never a batch). */
final class Permutation {
  private final long[] shape;
  private final int[] axes;

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
    int[] inverse = new int[axes.length];
    for (int k = 0; k < axes.length; k++) {
      inverse[axes[k]] = k;
    }
    return new Permutation(resultShape(), inverse);
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
