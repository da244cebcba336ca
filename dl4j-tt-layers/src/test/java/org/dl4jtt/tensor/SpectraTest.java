package org.dl4jtt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SpectraTest {

  @Test
  void ofADiagonalWeight_areItsEntries() {
    double[] entries = {5, 4, 3, 2, 1, 0};
    INDArray weight = Nd4j.create(DataType.DOUBLE, 6, 6);
    for (int i = 0; i < 6; i++) {
      weight.putScalar(i, 5 - i, -entries[i]);
    }
    Tensorization matrix = Tensorization.matrix(Scheme.SEPARATED, List.of(6), List.of(6));

    Spectra spectra = Spectra.of(weight, matrix);

    assertThat(spectra.unfoldings()).isEqualTo(1);
    assertThat(spectra.singularValues(1)).containsExactly(entries, within(1e-7)); // Gram: 1e-8 of 5
    assertThat(spectra.squaredNorm()).isCloseTo(55, within(1e-12));
    for (int r = 0; r <= 7; r++) {
      double tail = 0;
      for (int i = r; i < 6; i++) {
        tail += entries[i] * entries[i];
      }
      assertThat(spectra.tail(1, r)).isCloseTo(tail, within(1e-12));
    }
  }

  @Test
  void tails_boundTheErrorOfTheTrain() {
    INDArray tensor = Dense.random(1, 4, 5, 6, 4);
    List<Integer> ranks = List.of(2, 7, 3);

    Spectra spectra = Spectra.of(tensor);
    TensorTrain train = TtSvd.decompose(tensor, Truncation.ranks(ranks));

    double bound = 0;
    double largest = 0;
    for (int k = 1; k <= 3; k++) {
      bound += spectra.tail(k, ranks.get(k - 1));
      largest = Math.max(largest, spectra.tail(k, ranks.get(k - 1)));
    }
    double squared = Math.pow(Dense.distance(Dense.full(train), tensor), 2);
    assertThat(squared).isBetween(largest * (1 - 1e-12), bound * (1 + 1e-12)); // Thm 2.2
  }

  @Test
  void aSideOf256_hasAllItsValues() {
    // as many as are found of an unfolding too large to be exact
    Spectra spectra = Spectra.of(Dense.random(3, 256, 300));
    assertThat(spectra.tails(1)).hasSize(257).endsWith(0.0);
    assertThat(spectra.tail(1, 256)).isZero();
    assertThat(spectra.tails(1)[0]).isCloseTo(spectra.squaredNorm(), within(1e-9)); // of 76,800
  }

  @Test
  void aSideBeyondTheExactOnes_hasItsLeadingValues_andTheRestOfItsEnergy() {
    int n = 4_700;
    Nd4j.getRandom().setSeed(1);
    INDArray left = Nd4j.randn(DataType.FLOAT, n, 6);
    INDArray right = Nd4j.randn(DataType.FLOAT, 6, n);
    INDArray weight = left.mmul(right); // rank 6, of 22 million entries

    Spectra spectra = Spectra.of(weight);

    assertThat(spectra.singularValues(1)).hasSize(256);
    assertThat(spectra.tail(1, 5) / spectra.squaredNorm()).isGreaterThan(0.05);
    assertThat(spectra.tail(1, 6) / spectra.squaredNorm()).isLessThan(1e-10); // float entries
  }

  @Test
  void unfoldingsThatAreNotThere_areRefused() {
    Spectra spectra = Spectra.of(Dense.random(1, 4, 5));
    assertThatThrownBy(() -> spectra.tail(2, 1))
        .hasMessage("unfolding 2; a tensor of 2 modes has unfoldings 1 to 1");
  }
}
