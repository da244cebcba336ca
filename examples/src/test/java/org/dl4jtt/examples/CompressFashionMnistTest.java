package org.dl4jtt.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.layers.TTConv;
import org.dl4jtt.layers.TTDense;
import org.dl4jtt.tool.cli.Programs;
import org.dl4jtt.tool.data.IdxFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole program on a few hundred images. */
class CompressFashionMnistTest {
  private static final int TRAINING = 320;
  private static final int TEST = 100;

  @TempDir private static Path temp;
  private static Path data;

  @BeforeAll
  static void cutData() throws IOException {
    data = smallData(temp.resolve("data"), TRAINING, TEST);
  }

  /** The shipped files with the first images only. */
  private static Path smallData(Path folder, int training, int test) throws IOException {
    Files.createDirectories(folder);
    for (String part : List.of("train", "t10k")) {
      int items = part.equals("train") ? training : test;
      for (int dimensions : new int[] {1, 3}) {
        String name = part + (dimensions == 3 ? "-images-idx3" : "-labels-idx1") + "-ubyte.gz";
        Path shipped = Programs.shipped("fashion-mnist").resolve(name);
        IdxFile.cut(shipped, dimensions, items, folder.resolve(name));
      }
    }
    return folder;
  }

  private record Result(int status, String out, String err) {}

  private static Result program(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        CompressFashionMnist.run(new PrintStream(out, true), new PrintStream(err, true), args);
    return new Result(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static Result onSmallData(Path out, String... more) {
    String[] args = {
      "--data", data.toString(), "--out", out.toString(), "--base-epochs", "1", "--epochs", "2"
    };
    return program(Stream.of(args, more).flatMap(Arrays::stream).toArray(String[]::new));
  }

  @Nested
  class WholeRun {
    private static final Path OUT = temp.resolve("out");
    private static Result result;

    @BeforeAll
    static void run() {
      result = onSmallData(OUT, "--seed", "5");
      assertThat(result.err()).isEmpty();
    }

    @Test
    void leavesTheFourFilesAndNothingElse() throws IOException {
      assertThat(result.status()).isZero();
      try (Stream<Path> files = Files.list(OUT)) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrder("small.zip", "dense.zip", "report.json", "history.png");
      }
    }

    @Test
    void smallZip_holdsTensorLayersAndAnEighthOfTheWeights() throws IOException {
      MultiLayerNetwork small = MultiLayerNetwork.load(OUT.resolve("small.zip").toFile(), false);
      MultiLayerNetwork dense = MultiLayerNetwork.load(OUT.resolve("dense.zip").toFile(), false);
      assertThat(configurations(small)).filteredOn(TTDense.class::isInstance).isNotEmpty();
      assertThat(configurations(small))
          .filteredOn(TTConv.class::isInstance)
          .hasSizeGreaterThanOrEqualTo(2);
      assertThat(8 * small.numParams()).isLessThanOrEqualTo(dense.numParams());
    }

    @Test
    void newJvms_predictTheSame() { // the program compares, and fails if they do not
      assertThat(result.out())
          .contains(
              "small.zip  restored in a new JVM with deeplearning4j-nn, a backend and"
                  + " dl4j-tt-layers: 100 predictions equal bit for bit")
          .contains("dense.zip  restored in a new JVM with deeplearning4j-nn and a backend: 100");
    }

    @Test
    void report_hasWhatWasAskedFor() throws IOException {
      JsonNode report = new ObjectMapper().readTree(OUT.resolve("report.json").toFile());
      assertThat(report.fieldNames())
          .toIterable()
          .containsExactly("seed", "data", "target", "epochs", "runs", "layers", "history");
      assertThat(report.path("seed").asInt()).isEqualTo(5);
      assertThat(report.path("data").path("train").asInt()).isEqualTo(TRAINING);
      assertThat(report.path("data").path("test").asInt()).isEqualTo(TEST);
      assertThat(report.path("target").path("weights").asDouble()).isEqualTo(0.125);
      assertThat(report.path("epochs").path("constrained").asInt())
          .isEqualTo(
              report.path("epochs").path("further").asInt()
                  - report.path("epochs").path("fineTuning").asInt());
      JsonNode runs = report.path("runs");
      assertThat(runs.fieldNames())
          .toIterable()
          .containsExactly("dense", "directTT", "admmTT", "scratchTT");
      for (JsonNode run : runs) {
        assertThat(run.fieldNames())
            .toIterable()
            .containsExactly(
                "accuracyBeforeFineTuning",
                "accuracy",
                "weights",
                "flopsPerExample",
                "zipBytes",
                "millisPerExample");
        assertThat(run.path("millisPerExample").path("1").asDouble()).isPositive();
        assertThat(run.path("millisPerExample").path("64").asDouble()).isPositive();
        assertThat(run.path("accuracy").asDouble()).isBetween(0.0, 1.0);
      }
      assertThat(runs.path("admmTT").path("weights").asLong() * 8)
          .isLessThanOrEqualTo(runs.path("dense").path("weights").asLong());
      assertThat(runs.path("admmTT").path("zipBytes").asLong())
          .isLessThan(runs.path("dense").path("zipBytes").asLong());
    }

    @Test
    void report_accountsForEveryLayerAndEpoch() throws IOException {
      JsonNode report = new ObjectMapper().readTree(OUT.resolve("report.json").toFile());
      long before = 0;
      long after = 0;
      for (JsonNode layer : report.path("layers")) {
        before += layer.path("weightsBefore").asLong();
        after += layer.path("weightsAfter").asLong();
        assertThat(layer.has("ranks") ^ layer.has("leftBecause")).isTrue();
      }
      long dense = report.at("/runs/dense/weights").asLong();
      assertThat(before).isBetween(9 * dense / 10, dense); // without biases of what is compressed
      assertThat(after).isLessThanOrEqualTo(report.at("/runs/admmTT/weights").asLong());
      assertThat(report.path("history")).hasSize(1 + 4 * 2);
      assertThat(report.path("history"))
          .filteredOn(epoch -> epoch.has("residuals"))
          .hasSize(1)
          .allSatisfy(
              epoch -> {
                assertThat(epoch.path("run").asText()).isEqualTo("admmTT");
                assertThat(epoch.path("rho").asDouble()).isPositive();
                assertThat(epoch.path("projectedAccuracy").asDouble()).isBetween(0.0, 1.0);
                assertThat(epoch.path("residuals")).hasSizeGreaterThanOrEqualTo(3);
              });
    }

    @Test
    void picture_isAPicture() throws IOException {
      BufferedImage picture = ImageIO.read(OUT.resolve("history.png").toFile());
      assertThat(picture.getWidth()).isGreaterThan(600);
    }

    @Test
    void sameSeed_givesTheSameNetworks() throws IOException {
      Path again = temp.resolve("again");
      assertThat(onSmallData(again, "--seed", "5").status()).isZero();
      assertThat(MultiLayerNetwork.load(again.resolve("small.zip").toFile(), false).params())
          .isEqualTo(MultiLayerNetwork.load(OUT.resolve("small.zip").toFile(), false).params());
    }
  }

  private static List<Object> configurations(MultiLayerNetwork network) {
    return Stream.of(network.getLayers()).map(Layer::conf).<Object>map(c -> c.getLayer()).toList();
  }

  @Nested
  class BadInput {
    private final Path out = temp.resolve("bad");

    private void fails(Result result, String... message) {
      assertThat(result.status()).isEqualTo(2);
      assertThat(result.err().lines()).hasSize(1);
      assertThat(result.err()).startsWith("error: ").contains(message);
      assertThat(out).doesNotExist();
    }

    @Test
    void noData_namesTheFolder() {
      Path nowhere = temp.resolve("nowhere");
      fails(
          program("--data", nowhere.toString(), "--out", out.toString()),
          nowhere.toString(),
          "no train-images-idx3-ubyte");
    }

    @Test
    void truncatedFile_isNamed() throws IOException {
      Path broken = smallData(temp.resolve("broken"), 20, 20);
      Path file = broken.resolve("t10k-images-idx3-ubyte.gz");
      byte[] bytes = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
      fails(
          program("--data", broken.toString(), "--out", out.toString()),
          file.toString(),
          "truncated");
    }

    @Test
    void ratioOutOfReach_isSaid() {
      fails(onSmallData(out, "--ratio", "1/1000"), "0.001");
    }

    @Test
    void absurdRatio_isSaid() {
      fails(
          onSmallData(out, "--ratio", "8"),
          "'8' is no ratio between 0 and 1, such as 0.125 or 1/8");
    }

    @Test
    void unknownOption_isSaid() {
      fails(onSmallData(out, "--ration", "1/8"), "--ration", "--help lists the options");
    }

    @Test
    void unwritableOut_isSaidBeforeAnyTraining() throws IOException {
      Path file = Files.writeString(temp.resolve("file"), "in the way");
      Path below = file.resolve("results");
      Result result = onSmallData(below);
      fails(result, "cannot write to " + below);
      assertThat(result.out()).isEmpty();
      assertThat(file).hasContent("in the way");
    }

    @Test
    void divergingTraining_stopsWithIterationRateAndAdvice() {
      fails(
          onSmallData(out, "--learning-rate", "1e30"),
          "the loss became",
          "at iteration ",
          "learning rate 1.00e+30",
          "try a smaller --learning-rate or --rho");
    }

    @Test
    void divergingConstraint_namesRho() {
      fails(
          onSmallData(out, "--rho", "1e30"),
          "at iteration ",
          "rho = 1.00e+30",
          "try a smaller rho");
    }
  }

  @Test
  void help_fitsAScreen() {
    Result result = program("--help");
    assertThat(result.status()).isZero();
    assertThat(result.out().lines())
        .hasSizeLessThan(45)
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    assertThat(result.out())
        .contains("--seed", "--seeds", "--ratio", "--epochs", "--data", "--out", "--sweep");
  }
}
