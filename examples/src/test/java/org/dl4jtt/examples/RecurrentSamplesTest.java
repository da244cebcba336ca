package org.dl4jtt.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.surgery.ModelFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecurrentSamplesTest {
  @Test
  void writesAModelAndSequencesOfRows(@TempDir Path out) throws IOException {
    int status =
        RecurrentSamples.run(
            System.out, System.err, "--out", out.toString(), "--sequences", "20", "--epochs", "1");
    assertThat(status).isZero();
    assertThat(ModelFiles.read(out.resolve("lstm.zip"))).isInstanceOf(MultiLayerNetwork.class);
    try (var files = Files.walk(out.resolve("train"))) {
      List<Path> sequences = files.filter(Files::isRegularFile).toList();
      assertThat(sequences).hasSize(20);
      assertThat(sequences)
          .allSatisfy(
              file ->
                  assertThat(Files.readAllLines(file))
                      .hasSize(28)
                      .allMatch(line -> line.split(",").length == 28));
    }
  }
}
