package org.dl4jtt.examples.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BudgetTest {

  @Test
  void share_leavesAnEpochForFineTuning_ifThereAreTwo() {
    assertThat(EpochBudget.of(12, 0.75)).isEqualTo(new EpochBudget(9, 3));
    assertThat(EpochBudget.of(2, 0.9)).isEqualTo(new EpochBudget(1, 1));
    assertThat(EpochBudget.of(1, 0.5)).isEqualTo(new EpochBudget(1, 0));
  }

  @Test
  void noEpochs_isAnError() {
    assertThatThrownBy(() -> EpochBudget.of(0, 0.5)).hasMessageContaining("0 epochs");
  }
}
