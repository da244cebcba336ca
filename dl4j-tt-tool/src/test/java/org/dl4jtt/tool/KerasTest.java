package org.dl4jtt.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.tool.model.LoadedModel;
import org.dl4jtt.tool.model.ModelOutput;
import org.dl4jtt.tool.model.ModelReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A Keras model made by hand; what it predicts, NumPy computed (testdata/keras). */
class KerasTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("dl4jtt.testdata", "testdata"), "keras");
  private static final Path H5 = FOLDER.resolve("cnn.h5");
  private static final int SIDE = 12;

  /** As testdata/keras/README.md has it. */
  private static float[][][] input(int i) {
    float[][][] x = new float[SIDE][SIDE][1];
    for (int r = 0; r < SIDE; r++) {
      for (int c = 0; c < SIDE; c++) {
        x[r][c][0] = (float) (0.5 + 0.5 * Math.sin((i + 1) * (r + 1) * 0.3 + c));
      }
    }
    return x;
  }

  private static double[][] expected() throws IOException {
    return Files.readAllLines(FOLDER.resolve("expected.csv")).stream()
        .map(line -> Arrays.stream(line.split(",")).mapToDouble(Double::parseDouble).toArray())
        .toArray(double[][]::new);
  }

  private static INDArray inputs() {
    float[][][][] x = new float[6][][][];
    Arrays.setAll(x, KerasTest::input);
    return Nd4j.createFromArray(x);
  }

  @Test
  void predictions_areThoseThatNumPyComputed() throws IOException {
    LoadedModel model = ModelReader.read(H5);
    INDArray predicted = ModelOutput.run(model.model(), inputs(), null);
    double[][] expected = expected();
    for (int i = 0; i < expected.length; i++) {
      for (int c = 0; c < 3; c++) {
        // float against double through four layers
        assertThat(predicted.getDouble(i, c)).isCloseTo(expected[i][c], within(1e-5));
      }
    }
  }

  @Test
  void inspect_knowsTheSizeOfTheImages() throws IOException {
    JsonNode model = ToolRun.of("inspect", H5, "--json").json().get("model");
    assertThat(model.get("input").asText()).isEqualTo("images 12x12 of 1 channel");
    long conv1 = 2L * 12 * 12 * 25 * 16;
    long conv2 = 2L * 4 * 4 * 9 * 16 * 32;
    long dense = 2L * (512 * 64 + 64 * 3);
    assertThat(model.get("flops").asLong()).isEqualTo(conv1 + conv2 + dense);
  }

  @Test
  void decompress_makesAZipOfDl4j_thatPredictsTheSame(@TempDir Path temp) throws IOException {
    Path zip = temp.resolve("cnn.zip");
    assertThat(ToolRun.of("decompress", H5, "-o", zip).status()).isZero();
    MultiLayerNetwork network = ModelSerializer.restoreMultiLayerNetwork(zip.toFile());
    assertThat(network.output(inputs()).getDouble(0, 0)).isCloseTo(expected()[0][0], within(1e-5));
  }

  @Test
  void evaluate_takesCsvOfPixels(@TempDir Path temp) throws IOException {
    List<String> lines = new ArrayList<>();
    double[][] expected = expected();
    for (int i = 0; i < expected.length; i++) {
      StringBuilder line = new StringBuilder();
      for (float[][] row : input(i)) {
        for (float[] pixel : row) {
          line.append(String.format(Locale.ROOT, "%.7f,", pixel[0]));
        }
      }
      double[] p = expected[i];
      int best = p[0] >= p[1] && p[0] >= p[2] ? 0 : p[1] >= p[2] ? 1 : 2;
      lines.add(line.append(i == 0 ? (best + 1) % 3 : best).toString()); // one of six is wrong
    }
    Path csv = Files.write(temp.resolve("waves.csv"), lines);
    JsonNode json = ToolRun.of("evaluate", H5, "--data", csv, "--json").json();
    assertThat(json.get("accuracy").asDouble()).isCloseTo(5 / 6.0, within(1e-9));
  }
}
