package org.dl4jtt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class MetricTest {

  /** mean over gradients g and inputs x of (gᵀ (W − W') x)², one by one: tr(H D C Dᵀ). */
  private static double bruteForce(double[][] d, double[][] x, double[][] g) {
    double sum = 0;
    for (double[] gradient : g) {
      for (double[] input : x) {
        double product = 0;
        for (int o = 0; o < d.length; o++) {
          for (int i = 0; i < input.length; i++) {
            product += gradient[o] * d[o][i] * input[i];
          }
        }
        sum += product * product;
      }
    }
    return Math.sqrt(sum / g.length / x.length);
  }

  @Test
  void error_isThatOfTheOutputs_onTheData_matrix() {
    INDArray w = Dense.random(1, 6, 4); // [inputs, outputs]
    INDArray other = Dense.random(2, 6, 4);
    double[][] x = MetricData.samples(3, 50, 6);
    double[][] g = MetricData.samples(4, 40, 4);
    double[][] d = new double[4][6];
    for (int o = 0; o < 4; o++) {
      for (int i = 0; i < 6; i++) {
        d[o][i] = w.getDouble(i, o) - other.getDouble(i, o);
      }
    }
    Metric metric =
        Metric.none()
            .withInputs(MetricData.products(x), x.length)
            .withOutputs(MetricData.products(g), g.length);

    double expected = bruteForce(d, x, g);

    assertThat(metric.error(w, other)).isCloseTo(expected, within(1e-9));
    assertThat(metric.error(w.dup('f'), other.dup('f'))).isCloseTo(expected, within(1e-9));
    assertThat(metric.relativeError(w, other)).isCloseTo(expected / metric.norm(w), within(1e-9));
    assertThat(metric.relativeError(w, w)).isZero();
  }

  @Test
  void error_isThatOfTheOutputs_onTheData_kernel() {
    INDArray w = Dense.random(1, 4, 3, 2, 3);
    INDArray other = Dense.random(2, 4, 3, 2, 3);
    double[][] patches = MetricData.samples(3, 60, 18); // position slow, channel fast
    double[][] g = MetricData.samples(4, 30, 4);
    double[][] d = new double[4][18];
    for (int o = 0; o < 4; o++) {
      for (int i = 0; i < 3; i++) {
        for (int h = 0; h < 2; h++) {
          for (int v = 0; v < 3; v++) {
            d[o][(h * 3 + v) * 3 + i] = w.getDouble(o, i, h, v) - other.getDouble(o, i, h, v);
          }
        }
      }
    }
    Metric metric =
        Metric.none()
            .withInputs(MetricData.products(patches), patches.length)
            .withOutputs(MetricData.products(g), g.length);

    assertThat(metric.error(w, other)).isCloseTo(bruteForce(d, patches, g), within(1e-9));
  }

  @Test
  void withoutMoments_theErrorIsTheDistance() {
    INDArray w = Dense.random(1, 4, 3, 2, 2);
    INDArray other = Dense.random(2, 4, 3, 2, 2);
    assertThat(Metric.none().error(w, other)).isCloseTo(Dense.distance(w, other), within(1e-12));
    assertThat(Metric.none().isNone()).isTrue();
  }

  @Test
  void channelsAndDiagonals_areTheirWholeMatrix() {
    INDArray w = Dense.random(1, 4, 3, 2, 1);
    INDArray other = Dense.random(2, 4, 3, 2, 1);
    INDArray channels = MetricData.products(MetricData.samples(3, 20, 3));
    INDArray patches = Nd4j.create(DataType.DOUBLE, 6, 6);
    INDArray diagonal = Nd4j.createFromArray(1.0, 2.0, 5.0);
    INDArray wholeDiagonal = Nd4j.create(DataType.DOUBLE, 6, 6);
    for (int p = 0; p < 2; p++) {
      for (int i = 0; i < 3; i++) {
        wholeDiagonal.putScalar(p * 3 + i, p * 3 + i, diagonal.getDouble(i));
        for (int j = 0; j < 3; j++) {
          patches.putScalar(p * 3 + i, p * 3 + j, channels.getDouble(i, j));
        }
      }
    }
    assertThat(Metric.none().withInputs(channels, 1).error(w, other))
        .isCloseTo(Metric.none().withInputs(patches, 1).error(w, other), within(1e-12));
    assertThat(Metric.none().withInputs(diagonal, 1).error(w, other))
        .isCloseTo(Metric.none().withInputs(wholeDiagonal, 1).error(w, other), within(1e-12));
  }

  @Test
  void centredInputs_areTheCovariance() {
    double[][] x = MetricData.samples(5, 30, 4);
    INDArray sum = Nd4j.create(DataType.DOUBLE, 4);
    double[] mean = new double[4];
    for (double[] row : x) {
      for (int i = 0; i < 4; i++) {
        row[i] += 3;
        mean[i] += row[i] / x.length;
        sum.putScalar(i, sum.getDouble(i) + row[i]);
      }
    }
    INDArray c =
        Metric.none()
            .withCentredInputs(MetricData.products(x), sum, x.length)
            .inputs()
            .orElseThrow();
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        double expected = 0;
        for (double[] row : x) {
          expected += (row[i] - mean[i]) * (row[j] - mean[j]) / x.length;
        }
        assertThat(c.getDouble(i, j)).isCloseTo(expected, within(1e-12));
      }
    }
  }

  @Test
  void roots_areThoseOfTheRegularisedMoment_evenOfRankOne() {
    INDArray rankOne = MetricData.products(MetricData.samples(1, 1, 5));
    Moment moment = Moment.of(rankOne, "the moment");
    INDArray root = moment.root().values();
    INDArray shifted = rankOne.dup();
    double trace = 0;
    for (int i = 0; i < 5; i++) {
      trace += rankOne.getDouble(i, i);
    }
    for (int i = 0; i < 5; i++) {
      shifted.putScalar(i, i, rankOne.getDouble(i, i) + 1e-3 * trace / 5);
    }
    assertThat(root.mmul(root).distance2(shifted)).isLessThan(1e-12);
    assertThat(
            root.mmul(moment.inverseRoot().values()).distance2(Nd4j.eye(5).castTo(DataType.DOUBLE)))
        .isLessThan(1e-11); // condition 5e3
  }

  @Test
  void aMomentOfAnotherLayer_namesBothSizes() {
    Metric metric = Metric.none().withInputs(MetricData.products(MetricData.samples(1, 9, 5)), 9);
    Tensorization t = Tensorization.kernel(Scheme.SEPARATED, List.of(4), 3, 3, List.of(2));
    assertThatThrownBy(
            () ->
                FactoredWeight.decompose(
                    Dense.random(1, 4, 2, 3, 3), TensorForm.train(t, 2), metric))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the input moment is of 5 numbers, but a weight of 2 inputs at 9 positions has 2"
                + " channels and patches of 18; was the metric made for another layer?");
    Metric outputs = Metric.none().withOutputs(MetricData.products(MetricData.samples(1, 9, 5)), 9);
    assertThatThrownBy(() -> outputs.norm(Dense.random(1, 4, 2, 3, 3)))
        .hasMessage(
            "the output moment is of 5 numbers, but the weight has 4 outputs; was the metric made"
                + " for another layer?");
  }

  @Test
  void brokenMoments_areRefused() {
    INDArray nan = Nd4j.eye(3).castTo(DataType.DOUBLE);
    nan.putScalar(1, 1, Double.NaN);
    assertThatThrownBy(() -> Metric.none().withInputs(nan, 1))
        .hasMessage(
            "the input moment holds NaN or infinity; leave out the examples that led to it");
    assertThatThrownBy(() -> Metric.none().withInputs(Nd4j.eye(3), 0))
        .hasMessage("the input moment is a mean over 0.0 examples; give at least one");
    assertThatThrownBy(() -> Metric.none().withOutputs(Nd4j.ones(DataType.DOUBLE, 2, 3), 1))
        .hasMessage(
            "the output moment has shape [2, 3]; it must be a square matrix, or a vector that is"
                + " its diagonal");
    assertThatThrownBy(
            () ->
                Metric.none().withOutputs(Nd4j.createFromArray(new double[][] {{1, 1}, {0, 1}}), 1))
        .hasMessageStartingWith("the output moment is not symmetric");
    assertThatThrownBy(
            () ->
                Metric.none().withOutputs(Nd4j.createFromArray(new double[][] {{1, 3}, {3, 1}}), 1))
        .hasMessage(
            "the output moment holds a number larger than any on its diagonal, 1.0; no sum of"
                + " products does");
    assertThatThrownBy(() -> Metric.none().withInputs(Nd4j.createFromArray(1.0, -2.0), 1))
        .hasMessage("the input moment has -2.0 on its diagonal; sums of squares are not negative");
  }
}
