package org.dl4jtt.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.internal.TrustedClasses;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Model zips that are made to break the reader: DL4J allocates gigabytes for them, reads beyond
 * buffers, overflows the stack or runs code of theirs.
 */
class HostileModelTest {
  private static final String WEIGHTS = ModelSerializer.COEFFICIENTS_BIN;
  private static final AtomicBoolean RUN = new AtomicBoolean();

  @TempDir Path folder;
  private Path good;

  /** What Java serialisation would run. */
  static final class Deserialised implements Serializable {
    private static final long serialVersionUID = 1;

    private Object readResolve() {
      RUN.set(true);
      return this;
    }
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(1e-3))
                .list()
                .layer(new DenseLayer.Builder().nIn(4).nOut(3).build())
                .layer(new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build())
                .build());
    network.init();
    network.fit(Nd4j.ones(5, 4), Nd4j.ones(5, 2).divi(2));
    return network;
  }

  @BeforeEach
  void write() throws IOException {
    good = folder.resolve("good.zip");
    ModelSerializer.writeModel(network(), good.toFile(), true);
  }

  /** The good zip with one entry changed or added. */
  private Path with(String name, byte[] content) throws IOException {
    Map<String, byte[]> entries = Zips.entries(good);
    entries.put(name, content);
    return Zips.write(folder.resolve("bad.zip"), entries);
  }

  private void refused(String name, byte[] content, String... parts) throws IOException {
    Path bad = with(name, content);
    assertThatThrownBy(() -> ModelFiles.read(bad))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(bad.toString())
        .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("null"));
  }

  @Test
  void whatDl4jWrites_isRestored_updaterAndAll() throws IOException {
    MultiLayerNetwork network = network();
    MultiLayerNetwork read = (MultiLayerNetwork) ModelFiles.read(good);
    assertThat(read.params()).isEqualTo(network.params());
    assertThat(read.getUpdater().getStateViewArray())
        .isEqualTo(network.getUpdater().getStateViewArray());
    assertThat(read.getIterationCount()).isEqualTo(network.getIterationCount());
    assertThat(read.getEpochCount()).isEqualTo(network.getEpochCount());

    ComputationGraph graph = network.toComputationGraph();
    Path file = folder.resolve("graph.zip");
    ModelSerializer.writeModel(graph, file.toFile(), true);
    ComputationGraph restored = (ComputationGraph) ModelFiles.read(file);
    assertThat(restored.params()).isEqualTo(graph.params());
    assertThat(restored.outputSingle(Nd4j.ones(1, 4)))
        .isEqualTo(graph.outputSingle(Nd4j.ones(1, 4)));
  }

  // ---- the header of the weights: 2 + 16 bytes mode, 8 length, 2 + 4 type, 8 each for
  // rank, sizes, strides, options, stride, order; then the same for the numbers ----

  private static final int SHAPE = 2 + 16 + 8 + 2 + 4;
  private static final int SHAPE_LENGTH = 2 + 16;

  static Stream<Arguments> headers() {
    int rank = 2;
    int end = SHAPE + 8 * (2 * rank + 4);
    return Stream.of(
        header("length of the shape", b -> b.putLong(SHAPE_LENGTH, 1L << 40)),
        header("negative length of the shape", b -> b.putLong(SHAPE_LENGTH, -1)),
        header("rank", b -> b.putLong(SHAPE, 31)),
        header("negative rank", b -> b.putLong(SHAPE, -2)),
        header("size", b -> b.putLong(SHAPE + 16, 1L << 33)),
        header("no size", b -> b.putLong(SHAPE + 16, 0)),
        header("stride", b -> b.putLong(SHAPE + 32, 1_000_000)),
        header("small stride too large", b -> b.putLong(SHAPE + 32, 2)),
        header("negative stride", b -> b.putLong(SHAPE + 32, -1)),
        header("type of the options", b -> b.putLong(SHAPE + 40, 1 << 14)), // double
        header("empty", b -> b.putLong(SHAPE + 40, b.getLong(SHAPE + 40) | 1L << 3)),
        header("stride of all", b -> b.putLong(SHAPE + 48, 1 << 20)),
        header("order", b -> b.putLong(SHAPE + 56, 'x')),
        header("length of the numbers", b -> b.putLong(end + 18, 1L << 30)),
        header("negative length of the numbers", b -> b.putLong(end + 18, -5)),
        header(
            "type of the numbers", b -> b.put(end + 28, "INT32".getBytes(StandardCharsets.UTF_8))));
  }

  private static Arguments header(String name, Consumer<ByteBuffer> change) {
    return Arguments.of(name, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("headers")
  void header_thatDoesNotFit(String name, Consumer<ByteBuffer> change) throws IOException {
    byte[] weights = written(network().params().reshape('c', 1, 23));
    assertThat(ModelFiles.read(with(WEIGHTS, weights)).params().length()).isEqualTo(23);
    ByteBuffer bytes = ByteBuffer.wrap(weights);
    assertThat(bytes.getLong(SHAPE)).isEqualTo(2); // the layout that this test believes in
    change.accept(bytes);
    refused(WEIGHTS, weights, WEIGHTS);
    byte[] state = written(Nd4j.ones(1, 46));
    change.accept(ByteBuffer.wrap(state));
    refused(ModelSerializer.UPDATER_BIN, state, ModelSerializer.UPDATER_BIN);
  }

  @Test
  void weights_cutShort_orTooLong_orOfAnotherNetwork() throws IOException {
    byte[] weights = Zips.entries(good).get(WEIGHTS);
    refused(WEIGHTS, cut(weights, 60), WEIGHTS);
    refused(WEIGHTS, cut(weights, weights.length - 1), WEIGHTS);
    refused(WEIGHTS, cut(weights, weights.length + 1), "goes on after its last number");
    refused(WEIGHTS, new byte[0], WEIGHTS);
    refused(WEIGHTS, written(Nd4j.ones(1, 7)), "holds 7 numbers, the configuration asks for 23");
    Map<String, byte[]> without = Zips.entries(good);
    without.remove(WEIGHTS);
    Path bad = Zips.write(folder.resolve("bad.zip"), without);
    assertThatThrownBy(() -> ModelFiles.read(bad)).hasMessage(bad + " holds no " + WEIGHTS);
  }

  private static byte[] written(INDArray array) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Nd4j.write(bytes, array);
    return bytes.toByteArray();
  }

  private static byte[] cut(byte[] bytes, int length) {
    return Arrays.copyOf(bytes, length);
  }

  @Test
  void networkAndWeights_thatAgreeOnMoreThanTheFileCanHold() throws IOException {
    Map<String, byte[]> entries = Zips.entries(good);
    String json = new String(entries.get("configuration.json"), StandardCharsets.UTF_8);
    long more = 1L << 28; // a first layer of 4 to 2^28: 4 GB of weights
    entries.put(
        "configuration.json",
        json.replaceAll("\"(nout|nOut)\" : 3", "\"$1\" : " + more)
            .replaceAll("\"(nin|nIn)\" : 3", "\"$1\" : " + more)
            .getBytes(StandardCharsets.UTF_8));
    long count = 4 * more + more + 2 * more + 2;
    entries.put(WEIGHTS, written(Nd4j.ones(1, 23)));
    ByteBuffer weights = ByteBuffer.wrap(entries.get(WEIGHTS));
    weights.putLong(SHAPE + 16, count).putLong(SHAPE + 24, count);
    weights.putLong(SHAPE + 8 * 8 + 18, count);
    Path bad = Zips.write(folder.resolve("bad.zip"), entries);
    assertThatThrownBy(() -> ModelFiles.read(bad))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("too few bytes for " + count + " numbers");
  }

  @Test
  void bombs_areNotUnpacked() throws IOException {
    byte[] zeros = new byte[70 << 20];
    assertThat(ModelFiles.read(with("notes.txt", zeros)).params()).isEqualTo(network().params());
    refused("configuration.json", zeros, "configuration.json unpacks to more than");
    refused(WEIGHTS, zeros, WEIGHTS);
    assertThatThrownBy(() -> ModelFiles.normalizer(with(ModelSerializer.NORMALIZER_BIN, zeros)))
        .hasMessageContaining("unpacks to more than");
  }

  @Test
  void brackets_areCounted_beforeTheyAreParsed() throws IOException {
    for (int depth : new int[] {200, 200_000}) {
      String json = "{\"confs\": " + "[".repeat(depth) + "]".repeat(depth) + "}";
      refused(
          "configuration.json", json.getBytes(StandardCharsets.UTF_8), "more than 100 brackets");
    }
    refused("configuration.json", "[]".getBytes(StandardCharsets.UTF_8), "configuration.json");
    refused("configuration.json", "{}".getBytes(StandardCharsets.UTF_8), "configuration.json");
    refused("configuration.json", new byte[0], "configuration.json");
  }

  @Test
  void preprocessor_isNotDeserialised() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new Deserialised());
    }
    Path zip = with("preprocessor.bin", bytes.toByteArray());
    assertThat(ModelFiles.read(zip).params()).isEqualTo(network().params());
    assertThat(RUN).isFalse();
    assertThatThrownBy(
            () -> ModelFiles.normalizer(with(ModelSerializer.NORMALIZER_BIN, bytes.toByteArray())))
        .hasMessageContaining("normalizer.bin");
    assertThat(RUN).isFalse();
  }

  @Test
  void normalizers_areRead_butNoneThatNamesAClass_orLies() throws IOException {
    NormalizerStandardize normalizer = new NormalizerStandardize();
    normalizer.fit(new DataSet(Nd4j.rand(8, 4), Nd4j.rand(8, 2)));
    ModelSerializer.addNormalizerToModel(good.toFile(), normalizer);
    assertThat(ModelFiles.normalizer(good)).contains(normalizer);
    byte[] bytes = Zips.entries(good).get(ModelSerializer.NORMALIZER_BIN);
    byte[] custom =
        new String(bytes, StandardCharsets.ISO_8859_1)
            .replace("\u000bSTANDARDIZE", "\u0006CUSTOM\u0000\u0008evil.Run")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> ModelFiles.normalizer(with(ModelSerializer.NORMALIZER_BIN, custom)))
        .hasMessageContaining("normalizer.bin is of type CUSTOM");
    int array = 2 + 10 + 4 + 2 + 11 + 1; // where the first array begins
    ByteBuffer.wrap(bytes).putLong(array + SHAPE + 32, 1_000_000);
    assertThatThrownBy(() -> ModelFiles.normalizer(with(ModelSerializer.NORMALIZER_BIN, bytes)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("normalizer.bin is damaged: its header has stride 1000000");
  }

  @Test
  void foreignClasses_areRefusedByName_whereTheyAreNotTrusted() throws IOException {
    String foreign = "org.junit.jupiter.api.Assertions"; // here, and no layer
    String json =
        new String(Zips.entries(good).get("configuration.json"), StandardCharsets.UTF_8)
            .replace("org.deeplearning4j.nn.conf.layers.DenseLayer", foreign);
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    try {
      TrustedClasses.restrictTo(List.of());
      refused("configuration.json", bytes, "neither DL4J's nor ours: " + foreign);
      ModelFiles.read(good); // DL4J's own
      for (String trick :
          List.of("Evil", "[Levil.Run;", "org.nd4j.X<evil.Run>", "org.deeplearning4jx.Y")) {
        refused(
            "configuration.json",
            json.replace(foreign, trick).getBytes(StandardCharsets.UTF_8),
            "neither DL4J's nor ours: " + trick);
      }
      TrustedClasses.restrictTo(List.of("org.junit"));
      refused("configuration.json", bytes, "cannot be restored");
    } finally {
      TrustedClasses.restrictTo(List.of("org", "com", "java"));
    }
  }
}
