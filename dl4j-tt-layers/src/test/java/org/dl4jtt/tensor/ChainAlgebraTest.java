package org.dl4jtt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Everything that is computed from cores alone, against the dense tensors. */
class ChainAlgebraTest {
  private static final double ROUNDING = 1e-12; // a few products of O(1) doubles

  static List<INDArray> cores(long seed, int[] modes, int... ranks) {
    List<INDArray> cores = new ArrayList<>();
    for (int k = 0; k < modes.length; k++) {
      cores.add(Dense.random(seed + k, ranks[k], modes[k], ranks[k + 1]));
    }
    return cores;
  }

  static List<CoreChain> chains() {
    return List.of(
        new TensorTrain(cores(1, new int[] {5}, 1, 1)),
        new TensorTrain(cores(2, new int[] {3, 4}, 1, 2, 1)),
        new TensorTrain(cores(3, new int[] {2, 1, 4, 3}, 1, 2, 3, 2, 1)),
        new TensorTrain(cores(4, new int[] {2, 3, 2}, 1, 5, 7, 1)),
        new TensorRing(cores(5, new int[] {4}, 3, 3)),
        new TensorRing(cores(6, new int[] {3, 4, 2}, 2, 3, 2, 2)),
        new TensorRing(cores(7, new int[] {2, 3, 4, 2}, 3, 1, 2, 4, 3)));
  }

  @ParameterizedTest
  @MethodSource("chains")
  void full_entry_norm_balanced_times(CoreChain chain) {
    INDArray dense = Dense.full(chain);
    double norm = Dense.norm(dense);

    assertThat(Dense.relativeDistance(chain.full(), dense)).isLessThan(ROUNDING);
    assertThat(chain.norm()).isCloseTo(norm, within(ROUNDING * norm));
    for (long i = 0; i < dense.length(); i++) {
      int[] index = new int[dense.rank()];
      long[] place = Dense.index(i, dense.shape());
      for (int k = 0; k < index.length; k++) {
        index[k] = (int) place[k];
      }
      assertThat(chain.entry(index)).isCloseTo(dense.getDouble(i), within(ROUNDING * norm));
    }
    CoreChain balanced =
        chain instanceof TensorTrain t ? t.balanced() : ((TensorRing) chain).balanced();
    assertThat(Dense.relativeDistance(Dense.full(balanced), dense)).isLessThan(ROUNDING);
    CoreChain scaled =
        chain instanceof TensorTrain t ? t.times(-3) : ((TensorRing) chain).times(-3);
    assertThat(Dense.relativeDistance(Dense.full(scaled), dense.mul(-3))).isLessThan(ROUNDING);
  }

  @ParameterizedTest
  @MethodSource("chains")
  void balanced_everyBondHasTheSameNormOnBothSides(CoreChain chain) {
    List<INDArray> cores =
        (chain instanceof TensorTrain t ? t.balanced() : ((TensorRing) chain).balanced()).cores();

    double norm = Dense.norm(cores.get(0));
    for (int k = 0; k + 1 < cores.size(); k++) {
      INDArray left = cores.get(k);
      INDArray right = cores.get(k + 1);
      assertThat(Dense.norm(right)).isCloseTo(norm, within(1e-5 * norm)); // sweeps stop at 1e-6
      for (int a = 0; a < right.size(0); a++) {
        double column = 0;
        for (int i = 0; i < left.size(0); i++) {
          for (int j = 0; j < left.size(1); j++) {
            column += Math.pow(left.getDouble(i, j, a), 2);
          }
        }
        double row = 0;
        for (int j = 0; j < right.size(1); j++) {
          for (int b = 0; b < right.size(2); b++) {
            row += Math.pow(right.getDouble(a, j, b), 2);
          }
        }
        assertThat(row).isCloseTo(column, within(1e-5 * column));
      }
    }
  }

  @Test
  void innerAndSum_ofTrainsAndRings() {
    int[] modes = {3, 2, 4};
    TensorTrain train = new TensorTrain(cores(1, modes, 1, 2, 3, 1));
    TensorTrain secondTrain = new TensorTrain(cores(9, modes, 1, 3, 1, 1));
    TensorRing ring = new TensorRing(cores(5, modes, 2, 3, 2, 2));
    TensorRing secondRing = new TensorRing(cores(15, modes, 3, 1, 2, 3));
    INDArray a = Dense.full(train);
    INDArray b = Dense.full(ring);
    double product = 0;
    for (long i = 0; i < a.length(); i++) {
      product += a.getDouble(i) * b.getDouble(i);
    }

    assertThat(train.inner(ring)).isCloseTo(product, within(ROUNDING * a.length()));
    assertThat(ring.inner(train)).isCloseTo(product, within(ROUNDING * a.length()));
    assertThat(
            Dense.relativeDistance(
                Dense.full(train.plus(secondTrain)), a.add(Dense.full(secondTrain))))
        .isLessThan(ROUNDING);
    assertThat(
            Dense.relativeDistance(
                Dense.full(ring.plus(secondRing)), b.add(Dense.full(secondRing))))
        .isLessThan(ROUNDING);
    assertThat(train.plus(secondTrain).ranks()).containsExactly(1, 5, 4, 1);
  }

  @Test
  void sumOfSingleCores() {
    TensorTrain one = new TensorTrain(cores(1, new int[] {5}, 1, 1));
    assertThat(Dense.full(one.plus(one))).isEqualTo(Dense.full(one).mul(2));
  }

  @Test
  void orthogonalForms_areTheSameTensorWithOrthonormalCores() {
    TensorTrain train = new TensorTrain(cores(3, new int[] {2, 3, 4, 3}, 1, 2, 5, 3, 1));
    INDArray dense = Dense.full(train);

    TensorTrain left = train.leftOrthogonal();
    TensorTrain right = train.rightOrthogonal();

    assertThat(Dense.relativeDistance(Dense.full(left), dense)).isLessThan(ROUNDING);
    assertThat(Dense.relativeDistance(Dense.full(right), dense)).isLessThan(ROUNDING);
    for (int k = 0; k < 3; k++) {
      INDArray core = left.cores().get(k);
      assertOrthonormal(core.reshape('c', core.size(0) * core.size(1), core.size(2)));
      INDArray mirrored = right.cores().get(k + 1).permute(2, 1, 0).dup('c');
      assertOrthonormal(
          mirrored.reshape('c', mirrored.size(0) * mirrored.size(1), mirrored.size(2)));
    }
    assertThat(Dense.norm(left.cores().get(3)))
        .isCloseTo(Dense.norm(dense), within(ROUNDING * Dense.norm(dense)));
  }

  private static void assertOrthonormal(INDArray matrix) {
    for (int a = 0; a < matrix.size(1); a++) {
      for (int b = 0; b < matrix.size(1); b++) {
        double product = 0;
        for (int i = 0; i < matrix.size(0); i++) {
          product += matrix.getDouble(i, a) * matrix.getDouble(i, b);
        }
        assertThat(product).isCloseTo(a == b ? 1 : 0, within(1e-13));
      }
    }
  }

  @Test
  void rounding_findsTheRanksOfADoubledTrain() {
    TensorTrain train = new TensorTrain(cores(3, new int[] {3, 3, 4, 3}, 1, 2, 3, 2, 1));

    TensorTrain rounded = train.plus(train).round(Truncation.relativeError(1e-10));

    assertThat(rounded.ranks()).containsExactly(1, 2, 3, 2, 1);
    assertThat(Dense.relativeDistance(Dense.full(rounded), Dense.full(train).mul(2)))
        .isLessThan(1e-10);
  }

  @Test
  void rounding_keepsTheErrorBound_ofTrainsAndRings() {
    int[] modes = {4, 3, 5, 4};
    TensorTrain train = new TensorTrain(cores(3, modes, 1, 4, 9, 4, 1));
    TensorRing ring = new TensorRing(cores(4, modes, 3, 4, 5, 4, 3));
    for (double epsilon : new double[] {0.05, 0.2, 0.5, 0.9}) {
      assertThat(
              Dense.relativeDistance(
                  Dense.full(train.round(Truncation.relativeError(epsilon))), Dense.full(train)))
          .isLessThanOrEqualTo(epsilon);
      assertThat(
              Dense.relativeDistance(
                  Dense.full(ring.round(Truncation.relativeError(epsilon))), Dense.full(ring)))
          .isLessThanOrEqualTo(epsilon);
    }
  }

  @Test
  void rounding_toFixedRanks_reachesThem() {
    TensorRing ring = new TensorRing(cores(6, new int[] {6, 5, 6}, 4, 6, 4, 4));

    TensorRing rounded = ring.round(Truncation.ranks(List.of(2, 3, 2, 2)));

    assertThat(rounded.ranks()).containsExactly(2, 3, 2, 2);
  }

  @Test
  void floatCores_stayFloat() {
    TensorTrain train =
        new TensorTrain(Cores.cast(cores(3, new int[] {3, 4}, 1, 2, 1), DataType.FLOAT));
    assertThat(train.plus(train).times(2).round(Truncation.ranks(List.of(1))).dataType())
        .isEqualTo(DataType.FLOAT);
  }

  @Test
  void differentModes_areRefused() {
    TensorTrain a = new TensorTrain(cores(1, new int[] {3, 4}, 1, 2, 1));
    TensorTrain b = new TensorTrain(cores(1, new int[] {4, 3}, 1, 2, 1));
    assertThatThrownBy(() -> a.inner(b))
        .hasMessage("tensors of modes [3, 4] and [4, 3] cannot be combined");
    assertThatThrownBy(() -> a.entry(0, 4)).hasMessage("index 4 of mode 1 is not in [0, 4)");
  }
}
