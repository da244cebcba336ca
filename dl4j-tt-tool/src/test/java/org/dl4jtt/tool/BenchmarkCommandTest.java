package org.dl4jtt.tool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.dl4jtt.surgery.ModelFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchmarkCommandTest {
  @TempDir private Path temp;

  @Test
  void twoModels_areTimedAtEveryBatch() throws IOException {
    Path cnn = temp.resolve("cnn.zip");
    Path graph = temp.resolve("graph.zip");
    ModelFiles.write(Samples.cnn(), cnn);
    ModelFiles.write(Samples.graph(), graph);
    Object[] args = {
      "benchmark", cnn, graph, "--size", "28x28", "--batch", "1,8", "--seconds", "0.1", "--json"
    };
    JsonNode json = ToolRun.of(args).json();
    assertThat(json).hasSize(2);
    for (JsonNode model : json) {
      assertThat(model.get("latencies")).hasSize(2);
      assertThat(model.get("latencies").get(1).get("batch").asInt()).isEqualTo(8);
      assertThat(model.get("latencies").get(1).get("runs").asInt()).isGreaterThanOrEqualTo(5);
    }
  }

  @Test
  void recurrentModel_takesSteps() throws IOException {
    Path zip = temp.resolve("lstm.zip");
    ModelFiles.write(Samples.lstm(), zip);
    ToolRun run = ToolRun.of("benchmark", zip, "--steps", 3, "--seconds", "0.05");
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("lstm.zip", "64").hasLineCount(3);
  }

  @Test
  void unknownSize_saysWhatToGive() throws IOException {
    Path cnn = temp.resolve("cnn.zip");
    ModelFiles.write(Samples.cnn(), cnn);
    ToolRun run = ToolRun.of("benchmark", cnn);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("--size HxW").hasLineCount(1);
  }
}
