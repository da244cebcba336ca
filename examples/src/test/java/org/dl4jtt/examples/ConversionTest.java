package org.dl4jtt.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.surgery.ModelFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConversionTest {
  @Test
  void writesARowForEachRatio(@TempDir Path folder) throws IOException {
    MultiLayerNetwork network =
        FashionNetwork.create(28, 28, LearningRates.twoCosines(0.01, 1, 1), 1);
    ModelFiles.write(network, folder.resolve("model.zip"));
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int status =
        Conversion.run(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(errors, true, StandardCharsets.UTF_8),
            "--model",
            folder.resolve("model.zip").toString(),
            "--ratios",
            "2,8",
            "--examples",
            "64",
            "--out",
            folder.resolve("out").toString());
    assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(status).isZero();
    List<String> lines = Files.readAllLines(folder.resolve("out").resolve("conversion.md"));
    assertThat(lines).hasSize(4);
    assertThat(lines.get(2)).startsWith("| 2.");
    assertThat(lines.get(3)).startsWith("| 8.");
  }
}
