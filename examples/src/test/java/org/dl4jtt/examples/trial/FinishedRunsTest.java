package org.dl4jtt.examples.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FinishedRunsTest {
  @TempDir private Path folder;

  @Test
  void runThatHasEnded_isNotRunAgain() throws IOException {
    AtomicInteger runs = new AtomicInteger();
    Outcome outcome = new Outcome("2.3", "direct TT", 1234, 0.5, 0.75);
    for (int start = 0; start < 3; start++) {
      FinishedRuns finished = FinishedRuns.in(folder, "images 10");
      assertThat(
              finished.outcome(
                  "Seed 1 direct TT",
                  () -> {
                    runs.incrementAndGet();
                    return outcome;
                  }))
          .isEqualTo(outcome);
    }
    assertThat(runs).hasValue(1);
  }

  @Test
  void runThatFails_isRunAgain() throws IOException {
    FinishedRuns finished = FinishedRuns.in(folder, "images 10");
    assertThatThrownBy(
            () ->
                finished.outcome(
                    "a",
                    () -> {
                      throw new IllegalStateException("stopped");
                    }))
        .hasMessage("stopped");
    assertThat(finished.outcome("a", () -> new Outcome("g", "a", 1, 0, 1)).after()).isEqualTo(1);
  }

  @Test
  void network_isTheSameTrainedNowOrBefore() throws IOException {
    FinishedRuns finished = FinishedRuns.in(folder, "images 10");
    ComputationGraph trained = finished.network("base", FinishedRunsTest::network);
    ComputationGraph again =
        finished.network(
            "base",
            () -> {
              throw new IllegalStateException("trained twice");
            });
    assertThat(again.params()).isEqualTo(trained.params());
    assertThat(again.getEpochCount()).isEqualTo(3);
  }

  @Test
  void otherSettings_areRefused() throws IOException {
    FinishedRuns.in(folder, "images 10");
    assertThatThrownBy(() -> FinishedRuns.in(folder, "images 20"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("(images 10) than these (images 20); give another --out");
  }

  private static ComputationGraph network() {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .graphBuilder()
                .addInputs("in")
                .addLayer(Classifier.NAME, Classifier.of(2), "in")
                .setOutputs(Classifier.NAME)
                .setInputTypes(org.deeplearning4j.nn.conf.inputs.InputType.feedForward(3))
                .build());
    network.init();
    network.params().addi(1);
    network.getConfiguration().setEpochCount(3);
    return network;
  }
}
