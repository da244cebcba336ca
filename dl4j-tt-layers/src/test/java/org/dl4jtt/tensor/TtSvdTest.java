package org.dl4jtt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class TtSvdTest {

  static List<long[]> shapes() {
    return List.of(
        new long[] {1},
        new long[] {7},
        new long[] {3, 5},
        new long[] {4, 1, 6},
        new long[] {1, 1, 1},
        new long[] {2, 3, 4, 5},
        new long[] {2, 2, 2, 2, 2, 2, 2},
        new long[] {40, 2, 3},
        new long[] {2, 3, 40});
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void fullRank_givesTheTensorBack(long[] shape) {
    INDArray tensor = Dense.random(1, shape);

    TensorTrain train = TtSvd.decompose(tensor, Truncation.relativeError(0));

    assertThat(Dense.relativeDistance(Dense.full(train), tensor)).isLessThan(1e-13);
    assertThat(Dense.relativeDistance(train.full(), tensor)).isLessThan(1e-13);
    assertThat(train.modes()).isEqualTo(Arrays.stream(shape).mapToObj(n -> (int) n).toList());
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void relativeError_isKept(long[] shape) {
    INDArray tensor = Dense.random(2, shape);
    for (double epsilon : new double[] {0.01, 0.1, 0.3, 0.7}) {
      TensorTrain train = TtSvd.decompose(tensor, Truncation.relativeError(epsilon));
      assertThat(Dense.relativeDistance(Dense.full(train), tensor)).isLessThanOrEqualTo(epsilon);
    }
  }

  @Test
  void ranksThatCannotBeReached_areClippedFromBothSides() {
    List<Integer> asked = Arrays.asList(1, 100, 100, 100, 1);

    TensorTrain train = TtSvd.decompose(Dense.random(3, 2, 3, 4, 2), Truncation.ranks(asked));

    assertThat(train.ranks()).containsExactly(1, 2, 6, 2, 1);
    assertThat(asked).containsExactly(1, 100, 100, 100, 1);
  }

  @Test
  void nan_isNamedWithItsPlace() {
    INDArray tensor = Dense.random(4, 2, 3).dup('f');
    tensor.putScalar(0, 2, Double.NaN);

    assertThatThrownBy(() -> TtSvd.decompose(tensor, Truncation.relativeError(0.1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the value at [0, 2] is NaN; only finite weights can be decomposed");
  }

  @Test
  void zeroTensor_keepsTheRanksAskedFor() {
    INDArray zero = Nd4j.zeros(DataType.DOUBLE, 4, 4, 4);

    TensorTrain train = TtSvd.decompose(zero, Truncation.ranks(List.of(2, 3)));

    assertThat(train.ranks()).containsExactly(1, 2, 3, 1);
    assertThat(Dense.norm(Dense.full(train))).isZero();
  }
}
