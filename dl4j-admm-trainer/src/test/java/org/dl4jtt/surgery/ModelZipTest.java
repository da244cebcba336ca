package org.dl4jtt.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
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
    Path file = folder.resolve("source.zip");
    Map<String, byte[]> entries = new LinkedHashMap<>();
    Path plain = folder.resolve("plain.zip");
    ModelSerializer.writeModel(network(1), plain.toFile(), false);
    try (ZipFile zip = new ZipFile(plain.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    others.forEach((name, text) -> entries.put(name, text.getBytes(StandardCharsets.UTF_8)));
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return file;
  }

  @Test
  void otherEntries_areCarriedOver_andTheModelIsTheOneGiven() throws IOException {
    Path source = source(Map.of("notes/labels.txt", "cat, dog", "empty/", ""));
    Path written = folder.resolve("written.zip");
    ModelFiles.write(network(2), written, source);
    try (ZipFile zip = new ZipFile(written.toFile())) {
      assertThat(
              new String(
                  zip.getInputStream(zip.getEntry("notes/labels.txt")).readAllBytes(),
                  StandardCharsets.UTF_8))
          .isEqualTo("cat, dog");
      String json =
          new String(
              zip.getInputStream(zip.getEntry("configuration.json")).readAllBytes(),
              StandardCharsets.ISO_8859_1);
      assertThat(json).isASCII(); // DL4J reads it in the system's encoding, whichever that is
    }
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
