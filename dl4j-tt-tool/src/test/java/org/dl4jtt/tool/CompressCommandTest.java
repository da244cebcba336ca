package org.dl4jtt.tool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.surgery.ModelFiles;
import org.dl4jtt.tool.data.ImageSet;
import org.dl4jtt.tool.data.SmallData;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;

class CompressCommandTest {
  @TempDir private static Path temp;
  private static Path data;
  private static Path cnn;
  private static MultiLayerNetwork network;

  @BeforeAll
  static void train() throws IOException {
    data = SmallData.write(temp.resolve("idx"), 256, 100);
    network = Samples.cnn();
    for (int epoch = 0; epoch < 3; epoch++) {
      network.fit(ImageSet.training(data).shuffled(32, 1, epoch));
    }
    cnn = temp.resolve("cnn.zip");
    ModelFiles.write(network, cnn);
    ModelSerializer.addNormalizerToModel(cnn.toFile(), new ImagePreProcessingScaler(0, 1));
  }

  private static Object[] compress(Path model, Path from, Path out, Object... more) {
    Object[] first = {
      "compress", model, "--data", from, "--out", out, "--admm-epochs", 2, "--fine-epochs", 1
    };
    return Stream.of(first, more).flatMap(Arrays::stream).toArray();
  }

  private static ToolRun done(Object... args) {
    ToolRun run = ToolRun.of(args);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    return run;
  }

  private static void refused(ToolRun run, String... parts) {
    assertThat(run.err()).startsWith("error: ").hasLineCount(1).contains(parts);
    assertThat(run.status()).isEqualTo(2);
  }

  @Test
  void network_getsSmall_andKeepsItsNormalizer() throws IOException {
    Path out = temp.resolve("out");
    ToolRun run = done(compress(cnn, data, out, "--target", "weights=1/4"));
    assertThat(run.out()).contains("ADMM", "epoch  2/2", "fine-tuning", "examples/s", "left");
    assertThat(run.out()).doesNotContain("\r", "\u001b");

    MultiLayerNetwork small =
        ModelSerializer.restoreMultiLayerNetwork(out.resolve("small.zip").toFile());
    CompressionPlan plan = CompressionPlan.of(network).weights(0.25).build();
    assertThat(small.numParams()).isEqualTo(plan.networkWeightsAfter());
    for (String zip : List.of("small.zip", "dense.zip")) {
      assertThat((Object) ModelSerializer.restoreNormalizerFromFile(out.resolve(zip).toFile()))
          .isEqualTo(new ImagePreProcessingScaler(0, 1));
    }
    JsonNode summary =
        new ObjectMapper().readTree(out.resolve("report.json").toFile()).get("summary");
    double reported = summary.get("after").get("accuracy").asDouble();
    JsonNode evaluated =
        ToolRun.of("evaluate", out.resolve("small.zip"), "--data", data, "--json").json();
    assertThat(evaluated.get("accuracy").asDouble()).isEqualTo(reported);
    assertThat(summary.get("before").get("accuracy").asDouble())
        .isEqualTo(network.evaluate(ImageSet.test(data).batches(50)).accuracy());
    assertThat(summary.get("stages")).hasSize(4);
    assertThat(summary.get("before").get("weights").asLong()).isEqualTo(network.numParams());
  }

  @Test
  void report_isOneFileThatNeedsNoOther() throws IOException {
    Path out = temp.resolve("report");
    Path plan = temp.resolve("plan.json");
    done("plan", cnn, "--target", "flops=1/1.1", "--size", "28x28", "-o", plan);
    done(compress(cnn, data, out, "--plan", plan, "--learning-rate", "0.001"));
    String html = Files.readString(out.resolve("report.html"));
    assertThat(html).doesNotContain("<script", "src=", "href=", "http", "url(", "{{", "NaN");
    assertThat(html).contains("<svg", "prefers-color-scheme: dark", "restoreMultiLayerNetwork");
    assertThat(html).contains("conv2", "fine-tuned", "&quot;inputModes&quot;");
    assertThat(html.split("<figure>")).hasSizeGreaterThan(4);
  }

  @Test
  void graphAndRecurrentNetwork_getSmall() throws IOException {
    Path graph = temp.resolve("graph.zip");
    ModelFiles.write(Samples.graph(), graph);
    Object[] args = compress(graph, data, temp.resolve("g"), "--target", "weights=1/3", "--json");
    JsonNode json = ToolRun.of(args).json(); // progress goes to the other stream
    assertThat(json.get("after").get("weights").asLong())
        .isLessThanOrEqualTo(Samples.graph().numParams() / 3);

    Path lstm = temp.resolve("lstm.zip");
    ModelFiles.write(Samples.lstm(), lstm);
    Path sequences = Samples.sequences(ImageSet.test(data), temp.resolve("sequences"));
    done(compress(lstm, sequences, temp.resolve("l"), "--target", "weights=0.7"));
    assertThat(ModelFiles.read(temp.resolve("l/small.zip")).numParams())
        .isLessThan(Samples.lstm().numParams());
    // no test data: a tenth is held out
    JsonNode summary =
        new ObjectMapper().readTree(temp.resolve("l/report.json").toFile()).get("summary");
    assertThat(summary.get("testExamples").asInt()).isEqualTo(10);
    assertThat(summary.get("trainingExamples").asInt()).isEqualTo(90);
  }

  @Test
  void kerasModel_getsSmall() throws IOException {
    Path h5 = Path.of(System.getProperty("dl4jtt.testdata", "testdata"), "keras", "cnn.h5");
    Random random = new Random(8);
    for (int i = 0; i < 30; i++) {
      BufferedImage image = new BufferedImage(12, 12, BufferedImage.TYPE_BYTE_GRAY);
      for (int p = 0; p < 144; p++) {
        image.getRaster().setSample(p % 12, p / 12, 0, random.nextInt(85) + 85 * (i % 3));
      }
      Path file = temp.resolve("grey/level" + i % 3 + "/" + i + ".png");
      Files.createDirectories(file.getParent());
      ImageIO.write(image, "png", file.toFile());
    }
    Path out = temp.resolve("keras");
    done(compress(h5, temp.resolve("grey"), out, "--target", "weights=1/4"));
    assertThat(ModelFiles.read(out.resolve("small.zip")).numParams()).isLessThan(38_083 / 4);
  }

  @Test
  void stoppedRun_saysHowToGoOn_andEndsInTheSameBits() throws Exception {
    Path whole = temp.resolve("whole");
    Path stopped = temp.resolve("stopped");
    Object[] target = {"--target", "weights=1/4"};
    done(compress(cnn, data, whole, target));

    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path")));
    command.add(Tool.class.getName());
    Arrays.stream(compress(cnn, data, stopped, target)).map(String::valueOf).forEach(command::add);
    Path err = temp.resolve("err.txt");
    Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      while (line != null && !line.contains("epoch  1/2")) {
        line = lines.readLine();
      }
      process.toHandle().destroy(); // as Ctrl-C does, this runs what is to be run at the end
      lines.transferTo(java.io.Writer.nullWriter());
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(err))
        .contains("stopped;", stopped + " --admm-epochs 2 --fine-epochs 1 --resume");
    assertThat(stopped.resolve("small.zip")).doesNotExist();

    Object[] resume = {"compress", cnn, "--data", data, "--out", stopped, "--resume"};
    done(resume);
    Model expected = ModelFiles.read(whole.resolve("small.zip"));
    assertThat(
            ModelFiles.read(stopped.resolve("small.zip"))
                .params()
                .equalsWithEps(expected.params(), 0))
        .isTrue();
  }

  @Test
  void resume_onAnotherModelsFolder_isRefused_andNothingIsLost() throws IOException {
    Path out = temp.resolve("mine");
    done(compress(cnn, data, out, "--target", "weights=1/2"));
    byte[] before = Files.readAllBytes(out.resolve("small.zip"));
    Path other = temp.resolve("other.zip");
    ModelFiles.write(Samples.cnn(), other);
    Object[] args = {"compress", other, "--data", data, "--out", out, "--resume"};
    refused(ToolRun.of(args), "mine holds a run on another model", "other.zip");
    refused(
        ToolRun.of("compress", cnn, "--data", data, "--out", temp.resolve("none"), "--resume"),
        "none holds no run");
    refused(ToolRun.of(compress(cnn, data, out, "--target", "weights=1/2")), "mine holds a run");
    assertThat(Files.readAllBytes(out.resolve("small.zip"))).isEqualTo(before);
  }

  @Test
  void folderThatCannotBeWritten_orIsNotEmpty_isRefused() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "mine");
    refused(
        ToolRun.of(compress(cnn, data, file.resolve("out"), "--target", "weights=1/2")),
        "file",
        "cannot be written");
    Path full = Files.createDirectories(temp.resolve("full"));
    Files.writeString(full.resolve("thesis.txt"), "mine");
    refused(
        ToolRun.of(compress(cnn, data, full, "--target", "weights=1/2")),
        "full is not empty",
        "thesis.txt");
    assertThat(full.resolve("thesis.txt")).hasContent("mine");
    assertThat(file).hasContent("mine");
  }

  @Test
  void damagedImage_isFoundBeforeTraining() throws IOException {
    Path folder = Samples.images(ImageSet.test(data), temp.resolve("images"));
    Files.writeString(folder.resolve("class9/zz.png"), "no image");
    Path out = temp.resolve("never");
    refused(
        ToolRun.of(compress(cnn, folder, out, "--target", "weights=1/2")), "zz.png is no image");
    assertThat(out).doesNotExist();
  }

  @Test
  void planOrTarget_oneIsNeeded_andItMustFit() throws IOException {
    refused(ToolRun.of(compress(cnn, data, temp.resolve("x"))), "--target or --plan");
    Path graph = temp.resolve("g2.zip");
    ModelFiles.write(Samples.graph(), graph);
    Path plan = temp.resolve("graph-plan.json");
    done("plan", graph, "--target", "weights=1/2", "-o", plan);
    refused(
        ToolRun.of(compress(cnn, data, temp.resolve("x"), "--plan", plan)),
        "the plan is for another network");
    Files.writeString(plan, "{");
    refused(ToolRun.of(compress(cnn, data, temp.resolve("x"), "--plan", plan)), "JSON");
    refused(
        ToolRun.of(compress(cnn, data, temp.resolve("x"), "--plan", temp.resolve("no.json"))),
        "no.json: not there");
  }
}
