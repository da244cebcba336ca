package org.dl4jtt.examples.trial;

import static org.assertj.core.api.Assertions.assertThat;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.schedule.FixedSchedule;

class SmallResNetTest {

  @Test
  void weights_areThoseCountedByHand() {
    ComputationGraph network = SmallResNet.create(28, 28, 10, new FixedSchedule(0.1), 0, 1);
    int convolutions =
        9 * 16
            + 2 * 9 * 16 * 16
            + 9 * 16 * 32
            + 9 * 32 * 32
            + 16 * 32
            + 9 * 32 * 64
            + 9 * 64 * 64
            + 32 * 64;
    int batchNorms = 4 * (3 * 16 + 2 * 32 + 2 * 64);
    assertThat(network.numParams()).isEqualTo(convolutions + batchNorms + 64 * 10 + 10);
    assertThat(network.outputSingle(Nd4j.rand(2, 1, 28, 28)).shape()).containsExactly(2, 10);
  }
}
