package org.dl4jtt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class RingSpectraTest {

  @ParameterizedTest(name = "{0}, ranks {1}")
  @CsvSource({
    "6x5x4, 2x3x4x2",
    "6x5x4, 3x2x3x3",
    "6x5x4, 2x1x1x2",
    "4x3x3x5, 2x2x4x3x2",
    "8x9x8, 4x2x4x4",
    "8x9x8, 1x5x4x1"
  })
  void sumOfTails_isNoLessThanTheErrorOfTrSvd(String shape, String ringRanks) {
    Nd4j.getRandom().setSeed(7);
    INDArray tensor = Nd4j.randn(DataType.DOUBLE, numbers(shape));
    List<Integer> ranks = Arrays.stream(ringRanks.split("x")).map(Integer::valueOf).toList();
    RingSpectra spectra = RingSpectra.of(tensor, ranks.get(0));
    double promised = 0;
    for (int k = 1; k < tensor.rank(); k++) {
      double[] tails = spectra.tails(k);
      promised += tails[Math.min(ranks.get(k), tails.length - 1)];
    }
    INDArray ring = TrSvd.decompose(tensor, Truncation.ranks(ranks)).full();
    double error = Math.pow(ring.distance2(tensor), 2);
    double norm = Math.pow(tensor.norm2Number().doubleValue(), 2);
    // TR-SVD takes the best of all shifts and polishes it, so it may well be below.
    assertThat(error).isLessThanOrEqualTo(promised + 1e-12 * norm);
    assertThat(promised).isLessThanOrEqualTo(norm * (tensor.rank() - 1));
  }

  @Test
  void rankOfAnUnfoldingAlone_doesNotMakeARingExact() {
    Nd4j.getRandom().setSeed(7);
    INDArray tensor = Nd4j.randn(DataType.DOUBLE, 4, 16, 4);
    // Both unfoldings have rank 4 = 2 x 2, but a ring of these ranks has 96 numbers for 256.
    RingSpectra spectra = RingSpectra.of(tensor, 2);
    assertThat(spectra.tails(1)[2]).isLessThan(1e-20);
    assertThat(spectra.tails(2)[2])
        .isGreaterThan(0.1 * Math.pow(tensor.norm2Number().doubleValue(), 2));
  }

  @Test
  void aTrain_isARingOfFirstRankOne() {
    Nd4j.getRandom().setSeed(7);
    INDArray tensor = Nd4j.randn(DataType.DOUBLE, 4, 5, 6);
    RingSpectra ring = RingSpectra.of(tensor, 1);
    Spectra train = Spectra.of(tensor);
    for (int k = 1; k <= 2; k++) {
      double[] tails = train.tails(k);
      for (int r = 0; r < tails.length; r++) {
        assertThat(ring.tails(k)[r])
            .isCloseTo(tails[r], org.assertj.core.api.Assertions.within(1e-10 * tails[0]));
      }
    }
  }

  @Test
  void endsBeyondTheFirstMode_areRefused() {
    assertThatThrownBy(() -> RingSpectra.of(Nd4j.zeros(DataType.DOUBLE, 2, 3, 4), 3))
        .hasMessageContaining("r_0 is 3")
        .hasMessageContaining("from 1 to 2");
  }

  private static long[] numbers(String shape) {
    return Arrays.stream(shape.split("x")).mapToLong(Long::parseLong).toArray();
  }
}
