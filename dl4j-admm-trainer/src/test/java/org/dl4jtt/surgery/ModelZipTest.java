package org.dl4jtt.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Zips whose other entries are carried over, and those that would be taken for something else. */
class ModelZipTest {
  @TempDir Path folder;

  private static MultiLayerNetwork network(long seed) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .list()
                .layer(new DenseLayer.Builder().name("größe 大").nIn(3).nOut(2).build())
                .build());
    network.init();
    return network;
  }

  /** A model zip with further entries. */
  private Path source(Map<String, String> others) throws IOException {
    Path plain = folder.resolve("plain.zip");
    ModelSerializer.writeModel(network(1), plain.toFile(), false);
    Map<String, byte[]> entries = Zips.entries(plain);
    others.forEach((name, text) -> entries.put(name, text.getBytes(StandardCharsets.UTF_8)));
    return Zips.write(folder.resolve("source.zip"), entries);
  }

  @Test
  void otherEntries_areCarriedOver_andTheModelIsTheOneGiven() throws IOException {
    Path source = source(Map.of("notes/labels.txt", "cat, dog", "empty/", ""));
    Path written = folder.resolve("written.zip");
    ModelFiles.write(network(2), written, source);
    Map<String, byte[]> entries = Zips.entries(written);
    assertThat(entries.get("notes/labels.txt"))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("cat, dog");
    // DL4J reads it in the system's encoding, whichever that is
    assertThat(entries.get("configuration.json")).asString(StandardCharsets.ISO_8859_1).isASCII();
    MultiLayerNetwork restored = ModelSerializer.restoreMultiLayerNetwork(written.toFile());
    assertThat(restored.params()).isEqualTo(network(2).params());
    assertThat(restored.getLayerNames()).containsExactly("größe 大");
    ModelFiles.write(network(3), source, source); // over itself
    assertThat(ModelFiles.read(source).params()).isEqualTo(network(3).params());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "./coefficients.bin",
        "x/../coefficients.bin",
        "/coefficients.bin",
        "a\\..\\coefficients.bin",
        "coefficients.bin/",
        "x//coefficients.bin",
        "../outside.txt",
        "x/./y"
      })
  void entriesThatStandForOthers_areRefused_byNameBeforeAnythingIsWritten(String name)
      throws IOException {
    Path source = source(Map.of(name, "other weights"));
    Path written = folder.resolve("written.zip");
    assertThatThrownBy(() -> ModelFiles.write(network(2), written, source))
        .isInstanceOf(IOException.class)
        .hasMessage(
            source
                + " holds an entry \""
                + name
                + "\", which stands for another name; it is refused");
    assertThatThrownBy(() -> ModelFiles.read(source)).hasMessageContaining(name);
    assertThat(written).doesNotExist();
  }
}
