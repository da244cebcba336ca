package org.dl4jtt.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.dl4jtt.examples.trial.EpochBudget;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.schedule.ISchedule;

class LearningRatesTest {
  @Test
  void threeCosines_startAgain_forConstrainedEpochsAndForFineTuning() {
    ISchedule rates = LearningRates.threeCosines(0.08, 4, new EpochBudget(2, 4));
    double[] expected = {1, 0.853553, 0.5, 0.146447, 0.5, 0.25, 0.5, 0.426777, 0.25, 0.073223};
    for (int epoch = 0; epoch < expected.length; epoch++) {
      assertThat(rates.valueAt(0, epoch)).isCloseTo(0.08 * expected[epoch], within(1e-7));
    }
  }
}
