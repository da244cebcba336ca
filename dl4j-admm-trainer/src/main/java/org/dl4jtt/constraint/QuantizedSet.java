package org.dl4jtt.constraint;

import static org.dl4jtt.internal.Check.argument;

import org.dl4jtt.tensor.Metric;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weights on few levels of equal distance, {@code w = k s} with integers {@code |k| ≤ L}: {@code L
 * = 2^(bits-1) − 1}, the symmetric levels of so many bits. One bit is the sign alone, ±s. The scale
 * s belongs to the whole weight or to one output.
 *
 * <p>The projection chooses s and then the nearest level. It is exactly the nearest member for one
 * bit, for powers of two, and for any scale up to 2^20 entries times L per scale; above that, s is
 * searched for on a grid and improved. With {@link Scales#SHORT} the best scale is rounded to the
 * better side.
 *
 * <pre>{@code
 * ConstraintSet set = QuantizedSet.of(4).perOutput().withScales(Scales.POWER_OF_TWO);
 * }</pre>
 *
 * @param bits from 1 to 16
 * @param scope what shares a scale
 * @param scales which scales are allowed
 */
public record QuantizedSet(int bits, Scope scope, Scales scales) implements ConstraintSet {

  /** What shares a scale. */
  public enum Scope {
    /** All of the weight. */
    WEIGHT,
    /** Each output its own: a column of a matrix [inputs, outputs], a filter of a kernel. */
    OUTPUT
  }

  /** Checks the bits. */
  public QuantizedSet {
    argument(
        bits >= 1 && bits <= 16,
        "%d bits a weight; from 1 (signs) to 16 (beyond that a float is as good)",
        bits);
  }

  /** Creates the set with one scale for the whole weight, which may be any number. */
  public static QuantizedSet of(int bits) {
    return new QuantizedSet(bits, Scope.WEIGHT, Scales.ANY);
  }

  /** Returns this set with a scale for each output. */
  public QuantizedSet perOutput() {
    return new QuantizedSet(bits, Scope.OUTPUT, scales);
  }

  /** Returns this set with only such scales. */
  public QuantizedSet withScales(Scales allowed) {
    return new QuantizedSet(bits, scope, allowed);
  }

  @Override
  public void project(INDArray weight, INDArray out) {
    Entries entries = Entries.of(weight);
    if (scope == Scope.WEIGHT) {
      quantize(entries.values());
    } else {
      double[][] rows = entries.rows();
      for (double[] row : rows) {
        quantize(row);
      }
      entries.setRows(rows);
    }
    entries.write(out);
  }

  /**
   * Rounds column by column, with the scales of the projection without a metric: the columns not
   * yet rounded make up for the error of those that are (Frantar et al. 2023, arXiv:2210.17323,
   * GPTQ, algorithm 1). Never farther in the metric than the projection without it.
   */
  @Override
  public void project(INDArray weight, Metric metric, INDArray out) {
    INDArray plain = Projection.of(this, weight);
    Entries entries = Entries.of(weight);
    if (InputMoment.isTrivial(metric, weight) || !InputMoment.of(metric, entries).couplesInputs()) {
      out.assign(plain); // each entry by itself: nothing can make up for another
      return;
    }
    double[][] root = InputMoment.of(metric, entries).inverseRoot();
    double shared = scope == Scope.WEIGHT ? scale(entries.values()) : 0;
    double[][] rows = entries.rows();
    for (double[] row : rows) {
      double scale = scope == Scope.WEIGHT ? shared : scale(row);
      for (int from = 0; from < row.length; from += root.length) {
        roundInTurn(row, from, scale, root);
      }
    }
    entries.setRows(rows);
    INDArray calibrated = Projection.like(weight);
    entries.write(calibrated);
    InputMoment.writeBetter(metric, weight, plain, calibrated, out);
  }

  private void roundInTurn(double[] row, int from, double scale, double[][] root) {
    for (int c = 0; c < root.length; c++) {
      double rounded = nearest(row[from + c], scale);
      double error = (row[from + c] - rounded) / root[c][c];
      row[from + c] = rounded;
      for (int later = c + 1; later < root.length; later++) {
        row[from + later] -= error * root[later][c];
      }
    }
  }

  private void quantize(double[] values) {
    double scale = scale(values);
    for (int i = 0; i < values.length; i++) {
      values[i] = nearest(values[i], scale);
    }
  }

  /** The best scale of some weights that share it; 0 if all are 0. */
  double scale(double[] values) {
    double[] magnitudes = new double[values.length];
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      magnitudes[i] = Math.abs(values[i]);
      sum += magnitudes[i];
    }
    if (bits > 1) {
      return ScaleSearch.best(magnitudes, levels(), scales);
    }
    // Σ (m − s)² is least at the mean of m, and grows alike to both sides.
    return sum == 0 ? 0 : scales.nearest(sum / values.length);
  }

  /** The nearest level. */
  double nearest(double value, double scale) {
    if (scale == 0) {
      return 0;
    }
    double level = bits == 1 ? 1 : ScaleSearch.level(Math.abs(value), scale, levels());
    return value < 0 ? -level * scale : level * scale;
  }

  private int levels() {
    return (1 << (bits - 1)) - 1;
  }

  @Override
  public String toString() {
    return bits
        + (bits == 1 ? " bit" : " bits")
        + ", a scale per "
        + (scope == Scope.WEIGHT ? "weight" : "output")
        + switch (scales) {
          case ANY -> "";
          case SHORT -> ", eight significant bits each";
          case POWER_OF_TWO -> ", powers of two";
        };
  }
}
