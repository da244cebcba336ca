package org.dl4jtt.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class TrSvdTest {

  static List<long[]> shapes() {
    return List.of(
        new long[] {1},
        new long[] {7},
        new long[] {3, 5},
        new long[] {4, 1, 6},
        new long[] {1, 1, 1},
        new long[] {4, 3, 5, 6},
        new long[] {2, 2, 2, 2, 2});
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void relativeError_isKept(long[] shape) {
    INDArray tensor = Dense.random(2, shape);
    for (double epsilon : new double[] {0, 0.01, 0.1, 0.3, 0.7}) {
      TensorRing ring = TrSvd.decompose(tensor, Truncation.relativeError(epsilon));
      assertThat(Dense.relativeDistance(Dense.full(ring), tensor))
          .isLessThanOrEqualTo(Math.max(epsilon, 1e-13));
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void everyRankThatModesCanUse_isDelivered(long[] shape) {
    List<Integer> modes = TtSvd.modes(Nd4j.create(DataType.FLOAT, shape));
    List<Integer> asked = java.util.Collections.nCopies(shape.length + 1, 3);

    TensorRing ring = TrSvd.decompose(Dense.random(2, shape), Truncation.ranks(asked));

    assertThat(ring.ranks()).isEqualTo(RankBounds.clip(modes, asked));
    assertThat(ring.modes()).isEqualTo(modes);
  }

  @Test
  void aRingIsFoundAgain() {
    TensorRing ring =
        new TensorRing(ChainAlgebraTest.cores(3, new int[] {6, 5, 4, 6}, 2, 3, 2, 3, 2));
    INDArray dense = Dense.full(ring);

    TensorRing found = TrSvd.decompose(dense, Truncation.ranks(List.of(2, 3, 2, 3, 2)));

    // TR-SVD alone splits the first rank at will and stays at some tenths; ALS gets to a percent or
    // so
    assertThat(found.ranks()).isEqualTo(ring.ranks());
    assertThat(Dense.relativeDistance(Dense.full(found), dense)).isLessThan(0.3);
  }

  @Test
  void whereTheFirstModeIsThin_aShiftIsBetter() {
    // r0 r1 = 4 needs a mode of 4: the first one has 2, the last one 8
    TensorRing ring = new TensorRing(ChainAlgebraTest.cores(3, new int[] {2, 4, 8}, 2, 2, 2, 2));
    INDArray dense = Dense.full(ring);

    TensorRing found = TrSvd.decompose(dense, Truncation.ranks(List.of(2, 2, 2, 2)));

    assertThat(Dense.relativeDistance(Dense.full(found), dense)).isLessThan(0.2);
  }

  @Test
  void polishing_neverMakesItWorse() {
    INDArray tensor = Dense.random(5, 6, 5, 6, 4);
    List<Integer> ranks = List.of(2, 3, 3, 2, 2);
    List<INDArray> start =
        TrSvd.decompose(tensor, Truncation.ranks(ranks).withRelativeError(0)).cores();

    TensorRing polished = TrSvd.decompose(tensor, Truncation.ranks(ranks));

    assertThat(Dense.distance(Dense.full(polished), tensor))
        .isLessThan(Dense.distance(Dense.full(new TensorRing(start)), tensor));
  }

  @Test
  void ringOfFirstRankOne_isATrain() {
    INDArray tensor = Dense.random(5, 4, 5, 4);
    TensorRing ring = TrSvd.decompose(tensor, Truncation.ranks(List.of(1, 2, 2, 1)));
    TensorTrain train = TtSvd.decompose(tensor, Truncation.ranks(List.of(2, 2)));

    assertThat(Dense.distance(Dense.full(ring), tensor))
        .isLessThanOrEqualTo(Dense.distance(Dense.full(train), tensor) * (1 + 1e-12));
  }

  @Test
  void zeroTensor() {
    INDArray zero = Nd4j.zeros(DataType.FLOAT, 4, 5, 6);
    TensorRing ring = TrSvd.decompose(zero, Truncation.ranks(List.of(2, 2, 2, 2)));

    assertThat(ring.ranks()).containsExactly(2, 2, 2, 2);
    assertThat(ring.dataType()).isEqualTo(DataType.FLOAT);
    assertThat(Dense.norm(Dense.full(ring))).isZero();
    assertThat(TrSvd.decompose(zero, Truncation.relativeError(0.1)).ranks()).containsOnly(1);
  }
}
