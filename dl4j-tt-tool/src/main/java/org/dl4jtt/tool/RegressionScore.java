package org.dl4jtt.tool;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How well numbers are met.
 *
 * @param mse mean of squared errors
 * @param mae mean of absolute errors
 * @param r2 1 - squared errors over the labels' squared distance from their mean; of labels that
 *     are all alike 1 if they are met, 0 if not
 */
record RegressionScore(double mse, double mae, double r2) {

  /** Of several columns. */
  static RegressionScore mean(List<RegressionScore> columns) {
    return new RegressionScore(
        mean(columns, RegressionScore::mse),
        mean(columns, RegressionScore::mae),
        mean(columns, RegressionScore::r2));
  }

  private static double mean(
      List<RegressionScore> columns, ToDoubleFunction<RegressionScore> number) {
    return columns.stream().mapToDouble(number).average().orElse(Double.NaN);
  }
}
