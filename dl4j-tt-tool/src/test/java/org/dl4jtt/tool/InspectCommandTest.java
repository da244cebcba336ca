package org.dl4jtt.tool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.surgery.ModelFiles;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class InspectCommandTest {
  @TempDir private static Path temp;
  private static MultiLayerNetwork network;
  private static Path zip;

  @BeforeAll
  static void write() throws IOException {
    network = Samples.cnn();
    // fc: exactly of rank 3
    INDArray w = network.getLayer("fc").getParam("W");
    INDArray left = Nd4j.rand(5, new long[] {w.size(0), 3});
    INDArray right = Nd4j.rand(6, new long[] {3, w.size(1)});
    w.assign(left.mmul(right));
    zip = temp.resolve("cnn.zip");
    ModelFiles.write(network, zip);
  }

  @Test
  void weights_areThoseOfTheNetwork() throws IOException {
    JsonNode model = ToolRun.of("inspect", zip, "--json").json().get("model");
    assertThat(model.get("weights").asLong()).isEqualTo(network.numParams());
    long sum = 0;
    for (JsonNode layer : model.get("layers")) {
      sum += layer.get("weights").asLong();
    }
    assertThat(sum).isEqualTo(network.numParams());
  }

  @Test
  void flops_areTwoForEveryMultiplyAdd_whenTheSizeIsGiven() throws IOException {
    assertThat(ToolRun.of("inspect", zip, "--json").json().get("model").has("flops")).isFalse();
    JsonNode model = ToolRun.of("inspect", zip, "--json", "--size", "28x28").json().get("model");
    // 28 -5/2-> 12, 12 -3-> 10, pooled 5
    long conv1 = 2L * 12 * 12 * 8 * 25;
    long conv2 = 2L * 10 * 10 * 16 * 8 * 9;
    long dense = 2L * (5 * 5 * 16 * 64 + 64 * 10);
    assertThat(model.get("flops").asLong()).isEqualTo(conv1 + conv2 + dense);
  }

  @Test
  void ranks_areThoseThatHoldTheEnergy() throws IOException {
    JsonNode layers = ToolRun.of("inspect", zip, "--json").json().get("model").get("layers");
    JsonNode fc = layers.get(2);
    assertThat(fc.get("layer").asText()).isEqualTo("fc");
    JsonNode spectrum = fc.get("spectra").get(0);
    assertThat(spectrum.get("rank").get(0).asInt()).isEqualTo(64);
    assertThat(spectrum.get("rank999").get(0).asInt()).isLessThanOrEqualTo(3);
    assertThat(spectrum.get("energy").get(0).asDouble()).isGreaterThan(1 - 1e-6);
    assertThat(layers.get(1).get("spectra").get(0).get("rank")).hasSize(2); // a kernel
  }

  @Test
  void text_showsLayersAndThePlan() {
    ToolRun run = ToolRun.of("inspect", zip, "--target", "weights=1/4");
    assertThat(run.status()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("conv1", "DenseLayer", "images of 1 channel", "without --size", "out stays");
    assertThat(run.out().lines().filter(line -> line.startsWith("fc  "))).hasSize(2);
    assertThat(run.out()).doesNotContain("\u001b");
  }

  @Test
  void tensorLayers_showTheirRanks() {
    Path model = Path.of(System.getProperty("dl4jtt.testdata"), "models", "tt-dense-paired.zip");
    assertThat(ToolRun.of("inspect", model).out()).containsPattern("TTDense.* 1( \\d+)+ 1");
  }

  @Test
  void plan_isTheOneOfTheLibrary() throws IOException {
    Path json = temp.resolve("plan.json");
    ToolRun run = ToolRun.of("plan", zip, "--target", "weights=1/4", "-o", json);
    assertThat(run.status()).isZero();
    assertThat(CompressionPlan.fromJson(Files.readString(json)))
        .isEqualTo(CompressionPlan.of(network).weights(0.25).build());
    assertThat(ToolRun.of("plan", zip, "--target", "weights=0.25", "--json").out().strip())
        .isEqualTo(Files.readString(json).strip());
  }

  @Test
  void plan_toFlopsWithoutSize_saysWhatIsMissing() {
    ToolRun run = ToolRun.of("plan", zip, "--target", "flops=1/2");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("--size").hasLineCount(1);
  }

  @Test
  void target_thatIsNone_isRefused() {
    for (String wrong : new String[] {"weights", "weights=4", "wine=1/2", "weights=1/0"}) {
      ToolRun run = ToolRun.of("inspect", zip, "--target", wrong);
      assertThat(run.status()).isEqualTo(2);
      assertThat(run.err()).contains(wrong.replaceAll(".*=", "")).hasLineCount(1);
    }
  }

  @Test
  void target_outOfReach_saysWhatIsReachable() {
    ToolRun run = ToolRun.of("inspect", zip, "--target", "weights=1/1000");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("is reachable").hasLineCount(1);
  }
}
