package org.dl4jtt.tensor;

import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Correlated samples and their sums of products, entry by entry. */
final class MetricData {
  private MetricData() {}

  /** Samples of n numbers whose principal directions have deviations 1, 1/2, 1/3, … */
  static double[][] samples(long seed, int count, int n) {
    Random random = new Random(seed);
    double[][] mix = new double[n][n];
    for (double[] row : mix) {
      for (int k = 0; k < n; k++) {
        row[k] = random.nextGaussian() / (1 + k);
      }
    }
    double[][] samples = new double[count][n];
    for (double[] sample : samples) {
      for (int k = 0; k < n; k++) {
        double z = random.nextGaussian();
        for (int i = 0; i < n; i++) {
          sample[i] += mix[i][k] * z;
        }
      }
    }
    return samples;
  }

  static INDArray products(double[][] samples) {
    int n = samples[0].length;
    INDArray sum = Nd4j.create(DataType.DOUBLE, n, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double s = 0;
        for (double[] x : samples) {
          s += x[i] * x[j];
        }
        sum.putScalar(i, j, s);
      }
    }
    return sum;
  }

  /** A metric from 200 samples of each side. */
  static Metric metric(long seed, int inputs, int outputs) {
    return Metric.none()
        .withInputs(products(samples(seed, 200, inputs)), 200)
        .withOutputs(products(samples(seed + 1, 200, outputs)), 200);
  }
}
