package org.dl4jtt.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.dl4jtt.constraint.SetContractTest.projected;
import static org.dl4jtt.constraint.SetContractTest.random;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The sets of levels against all members of small cases. */
class QuantizationTest {
  private static final double ROUNDING = 1e-12; // sums of a few O(1) doubles

  /** The least error over every choice of levels for every entry, each with its best scale. */
  private static double leastError(double[] values, int lowest, int highest) {
    int n = highest - lowest + 1;
    double least = Arrays.stream(values).map(v -> v * v).sum(); // s = 0
    for (long code = 0; code < Math.round(Math.pow(n, values.length)); code++) {
      double a = 0;
      double b = 0;
      long rest = code;
      for (double value : values) {
        long k = lowest + rest % n;
        rest /= n;
        a += value * k;
        b += k * k;
      }
      if (a > 0) {
        double s = a / b;
        rest = code;
        double error = 0;
        for (double value : values) {
          error += Math.pow(value - s * (lowest + rest % n), 2);
          rest /= n;
        }
        least = Math.min(least, error);
      }
    }
    return least;
  }

  private static double[] column(long seed, int n) {
    return random(seed, n, 1).reshape(n).toDoubleVector();
  }

  private static double error(ConstraintSet set, double[] values) {
    INDArray w = Nd4j.createFromArray(values).reshape('c', values.length, 1);
    return Math.pow(w.distance2(projected(set, w)), 2);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void freeScale_isTheBestOfAllLevels(long seed) {
    double[] five = column(seed, 5);
    assertThat(error(QuantizedSet.of(3), five))
        .isCloseTo(leastError(five, -3, 3), within(ROUNDING));
    double[] seven = column(seed + 10, 7);
    assertThat(error(new TernarySet(), seven))
        .isCloseTo(leastError(seven, -1, 1), within(ROUNDING));
  }

  @Test
  void binary_isTheMeanOfMagnitudesTimesTheSigns_ofEachOutput() {
    INDArray w =
        Nd4j.createFromArray(new double[][] {{1, -4}, {-2, 0}, {6, 2}}); // [inputs, outputs]
    assertThat(projected(new BinarySet(), w))
        .isEqualTo(Nd4j.createFromArray(new double[][] {{3, -2}, {-3, 2}, {3, 2}}));
    INDArray kernel = w.transpose().dup('c').reshape('c', 2, 3, 1, 1); // [outputs, inputs, 1, 1]
    assertThat(projected(new BinarySet(), kernel).reshape('c', 2, 3))
        .isEqualTo(Nd4j.createFromArray(new double[][] {{3, -3, 3}, {-2, 2, 2}}));
    assertThat(projected(QuantizedSet.of(1), w).getDouble(0, 0)).isEqualTo(15 / 6.0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void powersOfTwo_areTheBestOfThirtyScales(long seed) {
    double[] values = column(seed, 9);
    for (int bits = 2; bits <= 5; bits++) {
      int levels = (1 << (bits - 1)) - 1;
      double least = Double.POSITIVE_INFINITY;
      for (int e = -20; e < 10; e++) {
        double s = Math.pow(2, e);
        double error = 0;
        for (double v : values) {
          error += Math.pow(v - s * Math.max(-levels, Math.min(levels, Math.rint(v / s))), 2);
        }
        least = Math.min(least, error);
      }
      assertThat(error(QuantizedSet.of(bits).withScales(Scales.POWER_OF_TWO), values))
          .isCloseTo(least, within(ROUNDING));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shortScale_losesNextToNothing(long seed) {
    double[] values = column(seed, 50);
    double free = error(QuantizedSet.of(5), values);
    double rounded = error(QuantizedSet.of(5).withScales(Scales.SHORT), values);
    double squares = Arrays.stream(values).map(v -> v * v).sum();
    // s moves by 2^-9 of itself at most, each level with it.
    assertThat(rounded).isBetween(free - ROUNDING, free + Math.scalb(squares, -17));
  }

  @Test
  void searchedScales_areAsGoodAsTheExactOnes() {
    // 15,000 entries of 127 levels are above the limit of the exact search, 8,000 below it.
    double[] many = column(8, 15_000);
    double searched = error(QuantizedSet.of(8), many);
    double least = Double.POSITIVE_INFINITY;
    double largest = Arrays.stream(many).map(Math::abs).max().orElseThrow();
    for (double s = largest / 127; s > largest / 300; s *= 0.9995) {
      double error = 0;
      for (double v : many) {
        error += Math.pow(v - s * Math.max(-127, Math.min(127, Math.rint(v / s))), 2);
      }
      least = Math.min(least, error);
    }
    assertThat(searched).isLessThan(1.001 * least); // a grid of 0.05 % is not exact, either
  }

  @Test
  void scaleOfItsOwn_forEachOutput() {
    INDArray w = Nd4j.createFromArray(new double[][] {{1, 100}, {2, 300}, {-3, -200}});
    QuantizedSet three = QuantizedSet.of(3); // levels up to 3
    assertThat(projected(three.perOutput(), w)).isEqualTo(w);
    assertThat(projected(three, w).getDouble(0, 0)).isZero();
  }

  @Test
  void shiftThreshold_isInValue_notInTheLogarithm() {
    INDArray w = Nd4j.createFromArray(new double[][] {{1.45, 1.55, -2.9, 3.1, 0.2, 0.3, 4}});
    // three bits: 0 and three powers; 4, 2, 1 loses most on 0.2 and 0.3
    assertThat(projected(new PowerOfTwoSet(3), w))
        .isEqualTo(Nd4j.createFromArray(new double[][] {{1, 2, -2, 4, 0, 0, 4}}));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void powers_areTheNearestOfTheBestWindow(long seed) {
    Random random = new Random(seed);
    double[] values = column(seed, 8);
    for (int i = 0; i < values.length; i++) {
      values[i] *= Math.pow(2, random.nextInt(8) - 6);
    }
    for (int bits = 2; bits <= 4; bits++) {
      double least = Double.POSITIVE_INFINITY;
      int window = (1 << (bits - 1)) - 1;
      for (int top = -25; top < 10; top++) {
        double error = 0;
        for (double v : values) {
          double nearest = v * v;
          for (int k = top; k > top - window; k--) {
            nearest = Math.min(nearest, Math.pow(Math.abs(v) - Math.pow(2, k), 2));
          }
          error += nearest;
        }
        least = Math.min(least, error);
      }
      assertThat(error(new PowerOfTwoSet(bits), values)).isCloseTo(least, within(ROUNDING));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void codebook_isTheBestOfAllPartitions(int k) {
    for (long seed = 1; seed < 6; seed++) {
      double[] values = column(seed, 9);
      assertThat(error(new CodebookSet(k), values))
          .isCloseTo(bestPartition(values, k), within(ROUNDING));
    }
  }

  private static double bestPartition(double[] values, int k) {
    double least = Double.POSITIVE_INFINITY;
    for (long code = 0; code < Math.round(Math.pow(k, values.length)); code++) {
      double[] sum = new double[k];
      int[] count = new int[k];
      long rest = code;
      for (double v : values) {
        sum[(int) (rest % k)] += v;
        count[(int) (rest % k)]++;
        rest /= k;
      }
      rest = code;
      double error = 0;
      for (double v : values) {
        int c = (int) (rest % k);
        error += Math.pow(v - sum[c] / count[c], 2);
        rest /= k;
      }
      least = Math.min(least, error);
    }
    return least;
  }

  @Test
  void codebookOfManyValues_gathersNeighbours_andStaysClose() {
    double[] many = column(3, 20_000); // times 2,048 is above 2^24: groups of two or three
    double error = error(new CodebookSet(2048), many);
    double[] sorted = many.clone();
    Arrays.sort(sorted);
    double equalCounts = 0;
    for (int c = 0; c < 2048; c++) {
      int from = (int) (20_000L * c / 2048);
      int to = (int) (20_000L * (c + 1) / 2048);
      double mean = Arrays.stream(sorted, from, to).average().orElseThrow();
      equalCounts += Arrays.stream(sorted, from, to).map(v -> (v - mean) * (v - mean)).sum();
    }
    assertThat(error).isLessThan(0.5 * equalCounts);
    INDArray member = projected(new CodebookSet(2048), random(3, 20_000, 1));
    assertThat(projected(new CodebookSet(2048), member)).isEqualTo(member);
  }

  @Test
  void lowBytesOfFloats_areZero() {
    INDArray w = random(4, 40, 30).castTo(DataType.FLOAT);
    assertThat(lowBits(projected(QuantizedSet.of(8).perOutput().withScales(Scales.SHORT), w)))
        .isGreaterThanOrEqualTo(8);
    assertThat(
            lowBits(projected(QuantizedSet.of(8).perOutput().withScales(Scales.POWER_OF_TWO), w)))
        .isGreaterThanOrEqualTo(16);
    assertThat(lowBits(projected(QuantizedSet.of(8).perOutput(), w))).isZero();
  }

  /** Zero bits at the end of every float. */
  private static int lowBits(INDArray floats) {
    int all = 0;
    for (long i = 0; i < floats.length(); i++) {
      all |= Float.floatToIntBits(floats.getFloat(i));
    }
    return Integer.numberOfTrailingZeros(all);
  }

  @Test
  void bitsOutOfRange_areNamed() {
    for (int bits : new int[] {0, 17}) {
      assertThatThrownBy(() -> QuantizedSet.of(bits))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              bits + " bits a weight; from 1 (signs) to 16 (beyond that a float is as good)");
    }
    assertThatThrownBy(() -> new PowerOfTwoSet(1)).hasMessageStartingWith("1 bits a power of two");
    assertThatThrownBy(() -> new PowerOfTwoSet(9)).hasMessageStartingWith("9 bits a power of two");
    assertThatThrownBy(() -> new CodebookSet(0))
        .hasMessage("a codebook of 0 values; from 1 to 65536");
  }
}
