package org.dl4jtt.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dl4jtt.constraint.SetContractTest.projected;
import static org.dl4jtt.constraint.SetContractTest.random;

import java.util.List;
import java.util.stream.Stream;
import org.dl4jtt.tensor.Metric;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.inverse.InvertMatrix;

/** Zeros, channels and levels in the norm of the data. */
class MetricSetsTest {
  private static final double ROUNDING = 1e-9; // ratios of O(1) doubles

  static Stream<ConstraintSet> sets() {
    return Stream.of(
        new SparseSet(10),
        new ChannelSet(4, ChannelSet.ALL),
        new ChannelSet(ChannelSet.ALL, 2),
        new ChannelSet(4, 3),
        QuantizedSet.of(3),
        QuantizedSet.of(1).perOutput(),
        QuantizedSet.of(4).perOutput().withScales(Scales.POWER_OF_TWO));
  }

  /** Moments of inputs that go together: half of each is shared. */
  private static INDArray moment(long seed, int n) {
    INDArray x = random(seed, 3 * n, n);
    x.addiColumnVector(random(seed + 1, 3 * n, 1).muli(2));
    return x.transpose().mmul(x);
  }

  private static INDArray calibrated(ConstraintSet set, INDArray w, Metric metric) {
    INDArray out = w.like().assign(Double.NaN);
    set.project(w, metric, out);
    return out;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sets")
  void error_isNoLargerThanWithoutTheMetric_andMostlySmaller(ConstraintSet set) {
    int smaller = 0;
    for (long seed = 1; seed <= 10; seed++) {
      INDArray matrix = random(seed, 6, 5); // 6 inputs, 5 outputs
      INDArray kernel = random(seed, 5, 3, 2, 2);
      INDArray gradients = moment(seed + 50, 5);
      for (Metric metric :
          List.of(
              Metric.none().withInputs(moment(seed, 6), 10),
              Metric.none().withInputs(moment(seed, 6), 10).withOutputs(gradients, 7),
              Metric.none().withInputs(random(seed, 6).mul(random(seed, 6)), 1))) {
        double plain = metric.error(matrix, projected(set, matrix));
        double calibrated = metric.error(matrix, calibrated(set, matrix, metric));
        assertThat(calibrated).isLessThanOrEqualTo(plain + ROUNDING);
        smaller += calibrated < 0.99 * plain ? 1 : 0;
      }
      for (Metric metric :
          List.of( // of patches [12, 12], of channels [3, 3]
              Metric.none().withInputs(moment(seed, 12), 10),
              Metric.none().withInputs(moment(seed, 3), 10))) {
        double plain = metric.error(kernel, projected(set, kernel));
        double calibrated = metric.error(kernel, calibrated(set, kernel, metric));
        assertThat(calibrated).isLessThanOrEqualTo(plain + ROUNDING);
      }
    }
    boolean onlyOutputs = set.equals(new ChannelSet(4, ChannelSet.ALL));
    assertThat(smaller).isGreaterThan(onlyOutputs ? 2 : 8); // of 30
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sets")
  void result_isAMember_andWithoutMomentsThePlainOne(ConstraintSet set) {
    INDArray w = random(3, 6, 5);
    assertThat(calibrated(set, w, Metric.none())).isEqualTo(projected(set, w));
    INDArray z = calibrated(set, w, Metric.none().withInputs(moment(4, 6), 10));
    if (set instanceof QuantizedSet levels) {
      // Few values a column; where they are is for the brute force below to tell.
      int most = levels.bits() == 1 ? 2 : 1 << levels.bits();
      for (int o = 0; o < 5; o++) {
        assertThat(z.getColumn(o).dup().toDoubleVector()).doesNotContain(Double.NaN);
        assertThat(
                java.util.Arrays.stream(z.getColumn(o).dup().toDoubleVector()).distinct().count())
            .isLessThanOrEqualTo(most);
      }
    } else {
      assertThat(projected(set, z)).isEqualTo(z);
    }
  }

  /** All supports of one row: the least error that a best fit on k columns leaves. */
  @Test
  void sparse_isCloseToTheBestSupportOfAll_andFarFromPlain() {
    double plain = 0;
    double calibrated = 0;
    double best = 0;
    for (long seed = 1; seed <= 30; seed++) {
      INDArray w = random(seed, 6, 1);
      INDArray c = moment(seed, 6).divi(18);
      Metric metric = Metric.none().withInputs(c, 1);
      double least = Double.POSITIVE_INFINITY;
      for (int support = 0; support < 1 << 6; support++) {
        if (Integer.bitCount(support) == 3) {
          least = Math.min(least, metric.error(w, fitted(w, c, support)));
        }
      }
      SparseSet three = new SparseSet(3);
      double found = metric.error(w, calibrated(three, w, metric));
      assertThat(found).isGreaterThan(least - ROUNDING);
      best += least;
      calibrated += found;
      plain += metric.error(w, projected(three, w));
    }
    assertThat(calibrated).isLessThan(1.5 * best).isLessThan(0.8 * plain);
  }

  private static INDArray fitted(INDArray w, INDArray c, int support) {
    long[] in =
        java.util.stream.LongStream.range(0, 6).filter(i -> (support >> i & 1) == 1).toArray();
    INDArray block = c.getRows(ints(in)).getColumns(ints(in));
    INDArray right = c.getRows(ints(in)).mmul(w);
    INDArray solved = InvertMatrix.invert(block, false).mmul(right);
    INDArray fitted = w.like();
    for (int a = 0; a < in.length; a++) {
      fitted.putScalar(in[a], 0, solved.getDouble(a, 0));
    }
    return fitted;
  }

  private static int[] ints(long[] longs) {
    return java.util.Arrays.stream(longs).mapToInt(Math::toIntExact).toArray();
  }

  /** Signs of one output: all 2⁶ of them. */
  @Test
  void signs_areCloseToTheBestOfAll() {
    double plain = 0;
    double calibrated = 0;
    double best = 0;
    for (long seed = 1; seed <= 30; seed++) {
      INDArray w = random(seed, 6, 1);
      Metric metric = Metric.none().withInputs(moment(seed, 6), 18);
      double scale = w.norm1Number().doubleValue() / 6;
      double least = Double.POSITIVE_INFINITY;
      for (int signs = 0; signs < 1 << 6; signs++) {
        INDArray z = w.like();
        for (int i = 0; i < 6; i++) {
          z.putScalar(i, 0, (signs >> i & 1) == 1 ? scale : -scale);
        }
        least = Math.min(least, metric.error(w, z));
      }
      double found = metric.error(w, calibrated(QuantizedSet.of(1), w, metric));
      assertThat(found).isGreaterThan(least - ROUNDING);
      best += least;
      calibrated += found;
      plain += metric.error(w, projected(QuantizedSet.of(1), w));
    }
    assertThat(calibrated).isLessThan(1.6 * best).isLessThan(0.9 * plain);
  }

  @Test
  void metricOfAnotherWeight_isNamed() {
    Metric other = Metric.none().withInputs(moment(1, 4), 1);
    for (ConstraintSet set : sets().toList()) {
      INDArray w = random(1, 6, 5);
      assertThatThrownBy(() -> set.project(w, other, Nd4j.createUninitialized(w.shape())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("was the metric made for another layer?");
    }
  }
}
