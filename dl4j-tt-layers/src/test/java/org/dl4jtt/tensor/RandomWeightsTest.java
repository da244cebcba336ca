package org.dl4jtt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Weights of every kind that a network may hold: nothing of what is computed is NaN. */
class RandomWeightsTest {
  private static final long SEED = 20_261_127;

  /** Modes: primes, ones, lopsided, square. */
  private static final int[][] SHAPES = {{13, 9}, {1, 7}, {17, 1}, {4, 5, 3}, {2, 3, 2, 5}, {8, 8}};

  /** How the entries are drawn. */
  private enum Kind {
    ZERO,
    ONES,
    CONSTANT,
    NORMAL,
    ONE_SINGULAR_VALUE,
    DUPLICATES,
    SPARSE,
    LOPSIDED;

    double[] draw(int rows, int columns, Random random) {
      double[] left = gaussian(random, rows);
      double[] right = gaussian(random, columns);
      IntToDoubleFunction entry =
          switch (this) {
            case ZERO -> i -> 0;
            case ONES -> i -> 1;
            case CONSTANT -> i -> -0.37;
            case NORMAL -> i -> random.nextGaussian();
            case ONE_SINGULAR_VALUE -> i -> left[i / columns] * right[i % columns];
            case DUPLICATES -> i -> right[i % columns];
            case SPARSE -> i -> random.nextInt(6) == 0 ? random.nextGaussian() : 0;
            case LOPSIDED -> i -> random.nextGaussian() * Math.pow(10, -(i % columns));
          };
      double[] values = new double[rows * columns];
      Arrays.setAll(values, entry);
      return values;
    }
  }

  private static double[] gaussian(Random random, int n) {
    return random.doubles(n).map(u -> 2 * u - 1).toArray();
  }

  private static final double[] DOUBLE_SCALES = {
    1, 1e-30, 1e30, 1e-160, 1e155, 1e300, 1e-300, 5e-324
  };
  private static final double[] FLOAT_SCALES = {1, 1e-30, 1e30, 1e-40};
  private static final double[] HALF_SCALES = {1, 0.3, 100};

  @ParameterizedTest
  @EnumSource(Kind.class)
  void everyDecomposition_isFiniteAndWithinItsBound(Kind kind) {
    Random random = new Random(SEED + kind.ordinal());
    for (int draw = 0; draw < 2; draw++) {
      for (double scale : DOUBLE_SCALES) {
        check(kind, SHAPES[random.nextInt(SHAPES.length)], scale, DataType.DOUBLE, random);
      }
      for (double scale : FLOAT_SCALES) {
        check(kind, SHAPES[random.nextInt(SHAPES.length)], scale, DataType.FLOAT, random);
      }
      for (double scale : HALF_SCALES) {
        check(kind, SHAPES[random.nextInt(SHAPES.length)], scale, DataType.HALF, random);
      }
    }
  }

  private static void check(Kind kind, int[] modes, double scale, DataType type, Random random) {
    int rows = modes[0];
    int columns = Arrays.stream(modes).skip(1).reduce(1, (a, b) -> a * b);
    INDArray tensor =
        Nd4j.createFromArray(kind.draw(rows, columns, random))
            .muli(scale)
            .castTo(type)
            .reshape('c', Arrays.stream(modes).asLongStream().toArray());
    String what = kind + " " + Arrays.toString(modes) + " x " + scale + " " + type;
    List<Truncation> truncations = new ArrayList<>(truncations(modes.length));
    Collections.shuffle(truncations, random);
    for (Truncation truncation : truncations.subList(0, 3)) {
      TensorTrain train = TtSvd.decompose(tensor, truncation);
      String cut = what + " " + truncation;
      isWithin(tensor, train.full(), bound(tensor, train.ranks(), truncation, type), cut);
      isWithin(
          tensor, train.balanced().full(), bound(tensor, train.ranks(), truncation, type), cut);
      if (Double.isFinite(train.norm()) && truncation.ranks() == null) {
        assertThat(train.norm()).as(cut).isCloseTo(norm(tensor), near(norm(tensor), type));
      }
      TensorTrain rounded = train.round(Truncation.relativeError(1e-3));
      isWithin(train.full(), rounded.full(), 1e-3 + rounding(type), cut + " rounded");
      TensorRing ring = TrSvd.decompose(tensor, truncation);
      finite(ring.full(), cut + " ring");
      if (truncation.ranks() == null) {
        isWithin(tensor, ring.full(), truncation.relativeError() + rounding(type), cut + " ring");
      }
      finite(ring.balanced().full(), cut + " balanced ring");
      finite(ring.round(Truncation.relativeError(1e-3)).full(), cut + " rounded ring");
    }
    double[] relative = Spectra.of(tensor).relativeTails(1);
    assertThat(Arrays.stream(relative).allMatch(tail -> tail >= 0 && tail <= 1 + 1e-9))
        .as(what)
        .isTrue();
    double[] exact = tails(tensor, 1);
    for (int r = 0; r < Math.min(relative.length, exact.length); r++) {
      assertThat(relative[r]).as("%s, tail %d", what, r).isCloseTo(exact[r], within(1e-9));
    }
  }

  private static List<Truncation> truncations(int d) {
    return List.of(
        Truncation.ranks(Collections.nCopies(d - 1, 1)),
        Truncation.ranks(Collections.nCopies(d - 1, 4)),
        Truncation.ranks(Collections.nCopies(d - 1, 1_000)),
        Truncation.relativeError(0),
        Truncation.relativeError(0.1),
        Truncation.ranks(Collections.nCopies(d - 1, 3)).withRelativeError(0.01));
  }

  /** √Σ tails at the ranks reached (Oseledets 2011, theorem 2.2), relative to the norm. */
  private static double bound(
      INDArray tensor, List<Integer> ranks, Truncation truncation, DataType type) {
    double sum = 0;
    for (int k = 1; k < ranks.size() - 1; k++) {
      double[] tails = tails(tensor, k);
      sum += tails[Math.min(ranks.get(k), tails.length - 1)];
    }
    double bound = Math.sqrt(sum);
    return (truncation.ranks() == null ? truncation.relativeError() : bound) + rounding(type);
  }

  /** By another library, on the tensor scaled to 1; relative to the squared norm. */
  private static double[] tails(INDArray tensor, int k) {
    double[] values = unit(tensor);
    int rows = 1;
    for (int i = 0; i < k; i++) {
      rows *= (int) tensor.size(i);
    }
    double[][] matrix = new double[rows][values.length / rows];
    for (int i = 0; i < values.length; i++) {
      matrix[i / matrix[0].length][i % matrix[0].length] = values[i];
    }
    double[] s =
        new SingularValueDecomposition(new Array2DRowRealMatrix(matrix)).getSingularValues();
    double[] tails = new double[s.length + 1];
    for (int r = s.length - 1; r >= 0; r--) {
      tails[r] = tails[r + 1] + s[r] * s[r];
    }
    double all = tails[0];
    return all == 0 ? tails : Arrays.stream(tails).map(tail -> tail / all).toArray();
  }

  private static double[] unit(INDArray tensor) {
    double[] values = tensor.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    double most = Arrays.stream(values).map(Math::abs).max().orElse(0);
    return most == 0 ? values : Arrays.stream(values).map(v -> v / most).toArray();
  }

  /** ‖a − b‖ ≤ bound ‖a‖, computed on numbers near 1. */
  private static void isWithin(INDArray a, INDArray b, double bound, String what) {
    finite(b, what);
    double[] x = a.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    double[] y = b.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    double most = Arrays.stream(x).map(Math::abs).max().orElse(0);
    if (most == 0) {
      assertThat(y).as(what).containsOnly(0);
      return;
    }
    double error = 0;
    double all = 0;
    for (int i = 0; i < x.length; i++) {
      error += Math.pow(x[i] / most - y[i] / most, 2);
      all += Math.pow(x[i] / most, 2);
    }
    // the smallest numbers of a type have one digit
    double grain = most < 1e-307 ? 2 : most < 1e-37 && a.dataType() == DataType.FLOAT ? 1e-3 : 0;
    assertThat(Math.sqrt(error / all)).as(what).isLessThanOrEqualTo(bound + grain);
  }

  private static void finite(INDArray array, String what) {
    double[] values = array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    assertThat(Arrays.stream(values).allMatch(Double::isFinite)).as(what).isTrue();
  }

  private static double norm(INDArray tensor) {
    double[] values = tensor.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    double most = Arrays.stream(values).map(Math::abs).max().orElse(0);
    return most == 0
        ? 0
        : most * Math.sqrt(Arrays.stream(values).map(v -> v / most).map(v -> v * v).sum());
  }

  private static org.assertj.core.data.Offset<Double> near(double norm, DataType type) {
    return within(norm * (norm < 1e-307 ? 2 : 0.11 + rounding(type)));
  }

  /** Some roundings of the type, in the cores and in what they are multiplied to. */
  private static double rounding(DataType type) {
    return switch (type) {
      case DOUBLE -> 1e-6; // what the Gram matrix cannot tell, at the cut asked for
      case FLOAT -> 1e-5;
      default -> 2e-2;
    };
  }

  @Test
  void constantMatrices_ofEverySizeAndRank() {
    int tried = 0;
    for (int m = 2; m <= 40; m++) {
      for (int n = 2; n <= 40; n += 3) {
        for (int rank : new int[] {1, Math.min(m, n)}) {
          INDArray ones = Nd4j.ones(DataType.DOUBLE, m, n);
          INDArray full = TtSvd.decompose(ones, Truncation.ranks(List.of(1, rank, 1))).full();
          assertThat(full.distance2(ones)).as("%d x %d, rank %d", m, n, rank).isLessThan(1e-10);
          tried++;
        }
      }
    }
    assertThat(tried).isEqualTo(39 * 13 * 2);
  }

  @Test
  void ringsOfOnes() {
    for (int n = 2; n <= 9; n++) {
      for (int r0 = 1; r0 <= 3; r0++) {
        for (int r1 = 1; r1 <= 4; r1++) {
          INDArray ones = Nd4j.ones(DataType.DOUBLE, n, n + 1, n);
          Truncation ranks = Truncation.ranks(List.of(r0, r1, r1, r0));
          INDArray full = TrSvd.decompose(ones, ranks).full();
          assertThat(full.distance2(ones)).as("%d, %d %d", n, r0, r1).isLessThan(1e-8);
        }
      }
    }
  }

  @Test
  void halfWeightsOfOrdinarySize_areDecomposed() {
    INDArray weight = Nd4j.createFromArray(new Random(1).doubles(1 << 20, -0.5, 0.5).toArray());
    INDArray half = weight.castTo(DataType.HALF).reshape('c', 1024, 1024);
    TensorTrain train = TtSvd.decompose(half, Truncation.ranks(List.of(1, 8, 1)));
    finite(train.full(), "1024 x 1024 in HALF");
    assertThat(train.norm()).isPositive().isLessThan(300); // 0.29 · 1024 at full rank
  }

  @Test
  void coresThatDoNotFitTheirType_areRefusedByName() {
    INDArray left = Nd4j.valueArrayOf(new long[] {1, 4, 1}, 1e5).castTo(DataType.FLOAT);
    TensorTrain train = new TensorTrain(List.of(left, left.mul(1e33)));
    assertThatThrownBy(() -> train.leftOrthogonal())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("core 1 overflows FLOAT");
  }
}
