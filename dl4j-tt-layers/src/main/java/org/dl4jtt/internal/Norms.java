package org.dl4jtt.internal;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Norms and checks that hold whatever the data type: a sum of HALF numbers overflows at 65,504, the
 * squares of FLOAT numbers above 1e19 do, and those below 1e-19 vanish. Computed in the array's own
 * type where that is enough, else in double after scaling.
 */
public final class Norms {
  /** Norms of FLOAT arrays outside of these are computed again in double. */
  private static final double LEAST = 1e-15;

  private static final double MOST = 1e15;

  private Norms() {}

  /** Returns the Euclidean norm; infinite or NaN only if a number of the array is, or if it is. */
  public static double norm2(INDArray array) {
    double norm = array.norm2Number().doubleValue();
    return isExact(array, norm) ? norm : scaledNorm(array);
  }

  /** Returns the Euclidean distance of two arrays of one shape. */
  public static double distance2(INDArray a, INDArray b) {
    double distance = a.distance2(b);
    return isExact(a, distance)
        ? distance
        : scaledNorm(a.castTo(DataType.DOUBLE).sub(b.castTo(DataType.DOUBLE)));
  }

  /** Returns the largest magnitude; NaN or infinite if a number is. */
  public static double largest(INDArray array) {
    double largest = 0;
    for (double value : doubles(array)) {
      if (!Double.isFinite(value)) {
        return value;
      }
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /** Returns whether no number is NaN or infinite. */
  public static boolean isFinite(INDArray array) {
    // A sum of magnitudes: neither NaN nor infinity gets lost in it, but it may overflow.
    return Double.isFinite(array.norm1Number().doubleValue()) || Double.isFinite(largest(array));
  }

  private static boolean isExact(INDArray array, double norm) {
    return switch (array.dataType()) {
      case DOUBLE -> norm > 1e-150 && norm < 1e150;
      case FLOAT -> norm > LEAST && norm < MOST;
      default -> false;
    };
  }

  private static double scaledNorm(INDArray array) {
    double largest = largest(array);
    if (largest == 0 || !Double.isFinite(largest)) {
      return largest;
    }
    int exponent = Math.getExponent(largest);
    double sum = 0;
    for (double value : doubles(array)) {
      double scaled = Math.scalb(value, -exponent);
      sum += scaled * scaled;
    }
    return Math.scalb(Math.sqrt(sum), exponent);
  }

  private static double[] doubles(INDArray array) {
    INDArray whole = array.castTo(DataType.DOUBLE).dup('c'); // no offset, no gaps
    try {
      return whole.data().asDouble();
    } finally {
      if (whole.closeable()) {
        whole.close(); // off-heap memory would otherwise wait for the garbage collector
      }
    }
  }
}
