package org.dl4jtt.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;

class FormFlopsTest {
  @Test
  void pairedMatrix_takesEachCoreTimesTheOtherEntries() {
    // 4x4 by 4x4, rank 2: 2 cores of 4·4·2; each takes its size times the 4 other entries.
    Tensorization t = Tensorization.matrix(Scheme.PAIRED, List.of(4, 4), List.of(4, 4));
    assertThat(FormFlops.of(TensorForm.of(t, List.of(1, 2, 1)))).isEqualTo(2 * 256);
  }

  @Test
  void separatedMatrix_isTwoProducts() {
    // x (16) -> 2 -> 16
    Tensorization t = Tensorization.matrix(Scheme.SEPARATED, List.of(16), List.of(16));
    assertThat(FormFlops.of(TensorForm.of(t, List.of(1, 2, 1)))).isEqualTo(2 * 64);
  }

  @Test
  void separatedKernel_isCountedAtOnePosition() {
    // 8 -> 3, then 3 -> 2 at 9 positions, then 2 -> 8
    Tensorization t = Tensorization.kernel(Scheme.SEPARATED, List.of(8), 3, 3, List.of(8));
    assertThat(FormFlops.of(TensorForm.of(t, List.of(1, 2, 3, 1)))).isEqualTo(2 * (24 + 54 + 16));
  }
}
