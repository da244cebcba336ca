package org.dl4jtt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.dl4jtt.tensor.ModeSearch.Candidate;
import org.junit.jupiter.api.Test;

class ModeFactorizationTest {

  @Test
  void modesOfTheLeastSum() {
    assertThat(ModeFactorization.balanced(784, 4)).containsExactly(7, 7, 4, 4);
    assertThat(ModeFactorization.balanced(4096, 6)).containsExactly(4, 4, 4, 4, 4, 4);
    assertThat(ModeFactorization.balanced(25088, 6)).containsExactly(8, 7, 7, 4, 4, 4);
  }

  @Test
  void primesStayUnsplit() {
    assertThat(ModeFactorization.balanced(1009, 3)).containsExactly(1009, 1, 1);
    assertThat(ModeFactorization.balanced(1, 2)).containsExactly(1, 1);
    assertThat(ModeFactorization.balanced(2 * 1009, 3)).containsExactly(1009, 2, 1);
    assertThat(ModeFactorization.balanced(Integer.MAX_VALUE, 2))
        .containsExactly(Integer.MAX_VALUE, 1);
  }

  @Test
  void pairs_meetLargeWithSmall() {
    ModeFactorization.Pair pair = ModeFactorization.paired(10, 784, 3);
    assertThat(pair.outputModes()).containsExactly(5, 2, 1);
    assertThat(pair.inputModes()).containsExactly(7, 8, 14);
  }

  @Test
  void everySize_multipliesBack() {
    for (int n = 1; n <= 300; n++) {
      for (int d = 1; d <= 5; d++) {
        assertThat(ModeFactorization.balanced(n, d).stream().reduce(1, (a, b) -> a * b))
            .isEqualTo(n);
      }
    }
  }

  @Test
  void badNumbers_areRefused() {
    assertThatThrownBy(() -> ModeFactorization.balanced(0, 2))
        .hasMessage("0 cannot be split into modes; it must be 1 or more");
    assertThatThrownBy(() -> ModeFactorization.balanced(8, 0))
        .hasMessage("8 cannot be split into 0 modes; from 1 to 31 make sense");
  }

  @Test
  void search_isSortedByScore_andCountsWeights() {
    List<Candidate> candidates = ModeSearch.candidates(Scheme.PAIRED, 1024, List.of(), 1024, 5, 4);

    assertThat(candidates).isSortedAccordingTo((a, b) -> Double.compare(a.score(), b.score()));
    assertThat(candidates.get(0).score()).isLessThan(1e-3);
    // (4^5) x (4^5) at rank 4: 896 weights (Novikov et al. 2015)
    assertThat(candidates)
        .anySatisfy(
            c -> {
              assertThat(c.form().tensorization().outputModes()).containsExactly(4, 4, 4, 4, 4);
              assertThat(c.weights()).isEqualTo(896);
              assertThat(c.multiplyAdds()).isEqualTo(4096 * (4 + 16 + 16 + 16 + 4));
            });
    // the dense weight is a candidate, too
    assertThat(candidates).anyMatch(c -> c.weights() == 1024 * 1024);
  }

  @Test
  void search_ofAKernel() {
    Candidate best = ModeSearch.candidates(Scheme.SEPARATED, 64, List.of(3, 3), 64, 1, 16).get(0);

    assertThat(best.weights()).isEqualTo(64 * 16 + 16 * 9 * 16 + 16 * 64);
    assertThat(best.multiplyAdds()).isEqualTo(64 * 16 + 16 * 9 * 16 + 16 * 64);
  }
}
