package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.layers.convert.TensorLayers;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A model file that was cut or edited: an error that says what is wrong, before it allocates. */
class DamagedModelTest {
  private static final String COEFFICIENTS = "coefficients.bin";
  private static final String CONFIGURATION = "configuration.json";

  /** tt-dense-paired: 8 inputs, 6 units, two cores. */
  private static final Path MODEL =
      Path.of(System.getProperty("dl4jtt.testdata"), "models", "tt-dense-paired.zip");

  @TempDir Path folder;

  private static Map<String, byte[]> entries() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(MODEL.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        try (InputStream in = zip.getInputStream(entry)) {
          entries.put(entry.getName(), in.readAllBytes());
        }
      }
    }
    return entries;
  }

  private MultiLayerNetwork restore(Map<String, byte[]> entries) throws IOException {
    Path file = folder.resolve("damaged.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
        zip.closeEntry();
      }
    }
    return ModelSerializer.restoreMultiLayerNetwork(file.toFile(), false);
  }

  private static String json() throws IOException {
    return new String(entries().get(CONFIGURATION), StandardCharsets.UTF_8);
  }

  /** The configuration with one value changed, which must be there. */
  private static String edited(String regex, String replacement) throws IOException {
    String json = json();
    String edited = json.replaceFirst(regex, replacement);
    assertThat(edited).isNotEqualTo(json);
    return edited;
  }

  private static byte[] bytes(INDArray array) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      Nd4j.write(array, out);
    }
    return bytes.toByteArray();
  }

  @Test
  void aMissingCore_isCounted() throws IOException {
    INDArray all = ModelSerializer.restoreMultiLayerNetwork(MODEL.toFile()).params();
    Map<String, byte[]> entries = entries();
    entries.put(COEFFICIENTS, bytes(Nd4j.zeros(1, all.length() - 18)));
    assertThatThrownBy(() -> restore(entries))
        .hasMessageContaining("expected length " + all.length())
        .hasMessageContaining("got length " + (all.length() - 18));
  }

  @Test
  void cutCoefficients_areRefused() throws IOException {
    Map<String, byte[]> entries = entries();
    entries.compute(COEFFICIENTS, (name, old) -> Arrays.copyOf(old, old.length / 2));
    assertThatThrownBy(() -> restore(entries)).hasRootCauseInstanceOf(EOFException.class);
  }

  @Test
  void missingCoefficients_areNamed() throws IOException {
    Map<String, byte[]> entries = entries();
    entries.remove(COEFFICIENTS);
    assertThatThrownBy(() -> restore(entries)).hasMessageContaining("gotCoefficients: [false]");
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "\"ranks\" : \\[ 1, \\d+, 1 \\] | \"ranks\" : [ 1, 2147483647, 1 ] | 2147483647",
        "\"ranks\" : \\[ 1, \\d+, 1 \\] | \"ranks\" : [ 1, -4, 1 ]         | has a rank of -4",
        "\"ranks\" : \\[ 1, \\d+, 1 \\] | \"ranks\" : [ 1, 0, 1 ]          | has a rank of 0",
        "\"ranks\" : \\[ 1, \\d+, 1 \\] | \"ranks\" : [ 1, null, 1 ]       | has a rank of null",
        "\"ranks\" : \\[ 1, \\d+, 1 \\] | \"ranks\" : [ 2, 3, 1 ]          | first and last rank must be equal",
        "\"ranks\" : \\[ 1, \\d+, 1 \\] | \"ranks\" : [ 1, 3, 3, 1 ]       | 2 cores need 3 ranks",
        "\"ranks\" : \\[ 1, \\d+, 1 \\] | \"rank\" : 3                     | ranks are missing",
        "\"format\" : 1                 | \"format\" : 2                   | use a newer release",
        "\"format\" : 1                 | \"format\" : 0                   | the tensor format is 0",
        "\"scheme\" : \"PAIRED\"        | \"scheme\" : \"MIXED\"           | MIXED",
        "\"inputModes\" : \\[ \\d+      | \"inputModes\" : [ -4            | has a mode of -4",
        "\"inputModes\" : \\[ \\d+      | \"inputModes\" : [ 0             | has a mode of 0",
        "\"inputModes\" : \\[ \\d+      | \"inputModes\" : [ 2147483647    | exceeds 2147483647"
      })
  void absurdJson_namesTheCulprit(String regex, String replacement, String message)
      throws IOException {
    String json = edited(regex, replacement);
    assertThatThrownBy(() -> MultiLayerConfiguration.fromJson(json))
        .hasStackTraceContaining(message)
        .hasStackTraceContaining("TTDense[\"form\"]"); // where in the file
  }

  @Test
  void aMillionModes_areCountedNotPrinted() throws IOException {
    String modes = "2, ".repeat(1_000_000);
    String json = edited("\"inputModes\" : \\[ ", "\"inputModes\" : [ " + modes);
    assertThatThrownBy(() -> MultiLayerConfiguration.fromJson(json))
        .hasStackTraceContaining("inputModes has 1000002 modes; at most 64 make sense");
    String ranks = edited("\"ranks\" : \\[ ", "\"ranks\" : [ " + modes);
    assertThatThrownBy(() -> MultiLayerConfiguration.fromJson(ranks))
        .hasStackTraceContaining("2 cores need 3 ranks, got 1000003");
  }

  @Test
  void ranksThatCannotBeReached_areRefusedBeforeAnythingIsAllocated() throws IOException {
    // The smaller half of 2^31 weights: the form itself can be held.
    Map<String, byte[]> entries = entries();
    String json = edited("\"ranks\" : \\[ 1, \\d+, 1 \\]", "\"ranks\" : [ 1, 70000000, 1 ]");
    entries.put(CONFIGURATION, json.getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> restore(entries))
        .hasMessageContaining("ranks [1, 70000000, 1]")
        .hasMessageContaining("cannot be reached");
    MultiLayerNetwork net = new MultiLayerNetwork(MultiLayerConfiguration.fromJson(json));
    assertThatThrownBy(net::init).hasMessageContaining("cannot be reached");
  }

  @Test
  void aFormMadeByHand_isCheckedAtBuild() {
    TensorForm form =
        TensorForm.of(
            Tensorization.matrix(Scheme.PAIRED, List.of(2, 3), List.of(4, 2)), List.of(1, 9, 1));
    assertThatThrownBy(() -> new TTDense.Builder().name("fc1").nIn(8).nOut(6).form(form).build())
        .hasMessageContaining("layer 'fc1': ranks [1, 9, 1]")
        .hasMessageContaining("rank 1 is 9, at most 6 makes sense");
  }

  @Test
  void coresThatTogetherExceedAnInt_areRefused() {
    Tensorization t = Tensorization.matrix(Scheme.PAIRED, List.of(1, 1, 1, 1), List.of(1, 1, 1, 1));
    assertThatThrownBy(() -> TensorForm.of(t, List.of(40_000, 40_000, 40_000, 40_000, 40_000)))
        .hasMessageContaining("would hold 6400000000 weights together, more than 2147483647");
  }

  @Test
  void modesWhosePairExceedsAnInt_areRefused() {
    assertThatThrownBy(
            () -> Tensorization.matrix(Scheme.PAIRED, List.of(1 << 20), List.of(1 << 20)))
        .hasMessageContaining("output mode 1048576 times input mode 1048576 exceeds 2147483647");
  }

  @Test
  void unknownFields_areIgnored_asInAllOfDl4j() throws IOException {
    String json = edited("\"format\" : 1", "\"format\" : 1, \"colour\" : \"blue\"");
    assertThat(MultiLayerConfiguration.fromJson(json))
        .isEqualTo(MultiLayerConfiguration.fromJson(json()));
  }

  @Test
  void aCoreOfTheWrongShape_isNamed() {
    MultiLayerNetwork net = network();
    var conf = net.getLayer(0).conf().getLayer();
    Map<String, INDArray> params = new LinkedHashMap<>(net.getLayer(0).paramTable());
    params.put("core1", Nd4j.ones(1, 2, 3, 3));
    assertThatThrownBy(() -> TensorLayers.toDense(conf, params))
        .hasMessageContaining("layer fc1: parameter core1 has shape [1, 2, 3, 3]")
        .hasMessageContaining("needs [3, 3, 2, 1]");
    params.remove("core1");
    assertThatThrownBy(() -> TensorLayers.toDense(conf, params))
        .hasMessageContaining("layer fc1: parameter core1 is missing; it has [core0, b]");
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list(
                    new TTDense.Builder()
                        .name("fc1")
                        .nIn(8)
                        .nOut(6)
                        .inputModes(4, 2)
                        .outputModes(2, 3)
                        .ranks(3)
                        .build(),
                    new OutputLayer.Builder().nIn(6).nOut(3).activation(Activation.SOFTMAX).build())
                .build());
    net.init();
    return net;
  }
}
