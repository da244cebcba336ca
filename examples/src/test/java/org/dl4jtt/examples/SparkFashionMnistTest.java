package org.dl4jtt.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.layers.TensorLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program from end to end, on few images. */
class SparkFashionMnistTest {
  @TempDir private Path temp;

  @Test
  void network_isTrainedAndCompressedOnSpark() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream console = new PrintStream(out, true, StandardCharsets.UTF_8);
    int status =
        new SparkFashionMnist(console)
            .run(
                console,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                "--images",
                "500",
                "--out",
                temp.toString());
    assertThat(status).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("epoch 5 of 5: 2 workers, 500 examples, score ")
        .contains("epoch 8 of 8: 2 workers, 500 examples, score ")
        .contains("fine_tuned");
    MultiLayerNetwork small =
        ModelSerializer.restoreMultiLayerNetwork(temp.resolve("small.zip").toFile(), false);
    assertThat(small.getLayer("fc1").conf().getLayer()).isInstanceOf(TensorLayer.class);
  }
}
