package org.dl4jtt.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.surgery.ModelFiles;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of data, every task, every command; what is right is worked out from the model's
 * outputs, example by example.
 */
class TasksTest {
  /** Batches against single examples, in float. */
  private static final double ROUNDING = 1e-5;

  @TempDir Path temp;

  static Stream<Arguments> cells() {
    return Arrays.stream(DataSample.values())
        .flatMap(data -> data.tasks().stream().map(task -> Arguments.of(data, task)));
  }

  private Path zip(MultiLayerNetwork network) throws IOException {
    Path zip = temp.resolve("model.zip");
    ModelFiles.write(network, zip);
    return zip;
  }

  private Path written(DataSample data, TaskSample task, boolean labelled) throws IOException {
    Path folder = temp.resolve(labelled ? "labelled" : "unlabelled");
    return data.write(task, Files.createDirectories(folder), labelled);
  }

  private static double expected(DataSample data, TaskSample task, MultiLayerNetwork network) {
    TaskSample.Oracle oracle = new TaskSample.Oracle(task);
    for (DataSample.Example example : data.examples()) {
      List<float[]> outputs = data.outputs(network, example);
      for (int t = 0; t < outputs.size(); t++) {
        oracle.add(outputs.get(t), example.kinds()[t]);
      }
    }
    return oracle.mean();
  }

  private static ToolRun done(Object... args) {
    ToolRun run = ToolRun.of(args);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    return run;
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("cells")
  void evaluate_judgesByTheTask(DataSample data, TaskSample task) throws IOException {
    MultiLayerNetwork network = data.network(task);
    Path examples = written(data, task, true);
    JsonNode json =
        done("evaluate", zip(network), "--data", examples, "--json", "--batch", 7).json();
    boolean numbers = task.isOfNumbers();
    assertThat(json.get(numbers ? "mse" : "accuracy").asDouble())
        .isCloseTo(expected(data, task, network), within(ROUNDING));
    assertThat(json.has("accuracy")).isEqualTo(!numbers);
    assertThat(json.has("r2")).isEqualTo(numbers);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("cells")
  void predict_saysALineForEachExampleOrStep(DataSample data, TaskSample task) throws IOException {
    MultiLayerNetwork network = data.network(task);
    Path zip = zip(network);
    Path unlabelled = written(data, task, false);
    JsonNode json = done("predict", zip, "--data", unlabelled, "--json").json();
    List<DataSample.Example> byName = new ArrayList<>(data.examples());
    int lines = 0;
    for (JsonNode said : json) {
      String[] name = said.get("example").asText().split("/|, line |\\.csv$|\\.png$");
      int number = Integer.parseInt(name[name.length - 1]);
      DataSample.Example example = byName.get(data == DataSample.ROWS ? number - 1 : number);
      int step = said.has("step") ? said.get("step").asInt() : 0;
      float[] y = data.outputs(network, example).get(step);
      for (int k = 0; k < y.length; k++) {
        assertThat(said.get("outputs").get(k).asDouble()).isCloseTo(y[k], within(ROUNDING));
      }
      lines++;
    }
    assertThat(lines)
        .isEqualTo(byName.stream().mapToInt(e -> data.outputs(network, e).size()).sum());
    assertThat(done("predict", zip, "--data", unlabelled).out().lines()).hasSize(lines);
    assertThat(done("predict", zip, "--data", written(data, task, true)).out().lines())
        .hasSize(lines);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("cells")
  void compress_trainsByTheTask(DataSample data, TaskSample task) throws IOException {
    MultiLayerNetwork network = data.network(task);
    Path examples = written(data, task, true);
    Path out = temp.resolve("out");
    Object[] args = {
      "compress",
      zip(network),
      "--data",
      examples,
      "--test",
      examples,
      "--target",
      "weights=0.9",
      "--out",
      out,
      "--admm-epochs",
      1,
      "--fine-epochs",
      1
    };
    String score = task.isOfNumbers() ? "R2" : "accuracy";
    assertThat(done(args).out()).contains("dense      " + score);
    JsonNode summary =
        new ObjectMapper().readTree(out.resolve("report.json").toFile()).get("summary");
    assertThat(summary.get("score").asText()).isEqualTo(score);
    if (!task.isOfNumbers()) {
      assertThat(summary.get("before").get("accuracy").asDouble())
          .isCloseTo(expected(data, task, network), within(ROUNDING));
    }
    JsonNode small =
        done("evaluate", out.resolve("small.zip"), "--data", examples, "--json").json();
    assertThat(summary.get("after").get("accuracy").asDouble())
        .isCloseTo(small.get(task.isOfNumbers() ? "r2" : "accuracy").asDouble(), within(ROUNDING));
    assertThat(Files.readString(out.resolve("report.html"))).contains("The " + score + " after");
  }
}
