package org.dl4jtt.constraint;

import static org.dl4jtt.internal.Check.argument;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weights 0 or {@code ±2^k}, so that products are shifts (Elhoushi et al. 2021, arXiv:1905.13298,
 * DeepShift-Q). With b bits, one is the sign and the others number zero and {@code 2^(b-1) − 1}
 * neighbouring exponents, a window that moves with the weight.
 *
 * <p>The projection is exactly the nearest member: every window that could be best is tried, and an
 * entry goes to the power nearer in value, {@code 2^k} below {@code 1.5 · 2^k} and {@code 2^(k+1)}
 * above (the logarithm would switch at 1.41), or to 0 below half the least power.
 *
 * @param bits from 2 to 8
 */
public record PowerOfTwoSet(int bits) implements ConstraintSet {
  /** Checks the bits. */
  public PowerOfTwoSet {
    argument(
        bits >= 2 && bits <= 8,
        "%d bits a power of two; from 2 (0, ±1 power) to 8 (127 powers, as many as a float has)",
        bits);
  }

  @Override
  public void project(INDArray weight, INDArray out) {
    Entries entries = Entries.of(weight);
    double[] values = entries.values();
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    if (largest > 0) {
      int top = top(values, largest);
      for (int i = 0; i < values.length; i++) {
        values[i] = nearest(values[i], top);
      }
    }
    entries.write(out);
  }

  /**
   * The largest exponent of the best window. One above the nearest of the largest magnitude is
   * never needed; further down what is clipped grows, and ends the search when it is too much
   * alone.
   */
  private int top(double[] values, double largest) {
    int start = Math.getExponent(largest) + 1;
    int best = start;
    double least = Double.POSITIVE_INFINITY;
    for (int top = start; clipped(values, top) < least; top--) {
      double error = 0;
      for (double value : values) {
        error += Math.pow(value - nearest(value, top), 2);
      }
      if (error < least) {
        least = error;
        best = top;
      }
    }
    return best;
  }

  private static double clipped(double[] values, int top) {
    double limit = Math.scalb(1.0, top);
    double error = 0;
    for (double value : values) {
      error += Math.pow(Math.max(0, Math.abs(value) - limit), 2);
    }
    return error;
  }

  /** The nearest member of the window that ends in 2^top. */
  private double nearest(double value, int top) {
    int bottom = top - (1 << (bits - 1)) + 2;
    double magnitude = Math.abs(value);
    if (magnitude <= Math.scalb(0.5, bottom)) {
      return 0;
    }
    int k = Math.getExponent(magnitude);
    k = magnitude > Math.scalb(1.5, k) ? k + 1 : k;
    double power = Math.scalb(1.0, Math.max(bottom, Math.min(top, k)));
    return value < 0 ? -power : power;
  }

  @Override
  public String toString() {
    return "powers of two, " + bits + " bits";
  }
}
