package org.dl4jtt.tool;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Adds up the errors of numbers, column by column, in double. */
final class RegressionScores {
  private long count;
  private double[] squares = {};
  private double[] absolute = {};
  private double[] mean = {};
  private double[] spread = {};

  /**
   * Adds rows.
   *
   * @param mask 0 for rows that do not count; null if all do
   */
  void add(INDArray labels, INDArray predictions, float @Nullable [] mask) {
    double[][] y = labels.toDoubleMatrix();
    double[][] p = predictions.toDoubleMatrix();
    if (count == 0) {
      int columns = y[0].length;
      squares = new double[columns];
      absolute = new double[columns];
      mean = new double[columns];
      spread = new double[columns];
    }
    for (int row = 0; row < y.length; row++) {
      if (mask == null || mask[row] != 0) {
        add(y[row], p[row]);
      }
    }
  }

  /** The mean and the sum of squared distances from it are carried on (Welford 1962). */
  private void add(double[] y, double[] p) {
    count++;
    for (int k = 0; k < y.length; k++) {
      double error = p[k] - y[k];
      squares[k] += error * error;
      absolute[k] += Math.abs(error);
      double before = y[k] - mean[k];
      mean[k] += before / count;
      spread[k] += before * (y[k] - mean[k]);
    }
  }

  long count() {
    return count;
  }

  List<RegressionScore> columns() {
    List<RegressionScore> columns = new ArrayList<>();
    for (int k = 0; k < squares.length; k++) {
      double r2 = spread[k] > 0 ? 1 - squares[k] / spread[k] : squares[k] == 0 ? 1 : 0;
      columns.add(new RegressionScore(squares[k] / count, absolute[k] / count, r2));
    }
    return columns;
  }
}
