package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;

/** TTEmbedding against DL4J's two embedding layers with the full table. */
class TTEmbeddingTest {
  private static final int WORDS = 12;
  private static final int SIZE = 6;
  private static final int CLASSES = 3;
  private DataType before;

  @BeforeEach
  void doubleByDefault() { // GradientCheckUtil insists
    before = Nd4j.dataType();
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterEach
  void restore() {
    Nd4j.setDefaultDataTypes(before, before);
  }

  static Stream<Arguments> forms() {
    List<Integer> out = List.of(2, 3);
    List<Integer> in = List.of(3, 4);
    Tensorization paired = Tensorization.matrix(Scheme.PAIRED, out, in);
    Tensorization separated = Tensorization.matrix(Scheme.SEPARATED, out, in);
    Tensorization uneven = Tensorization.matrix(Scheme.SEPARATED, List.of(6), List.of(2, 3, 2));
    return Stream.of(
            TensorForm.of(paired, List.of(1, 3, 1)),
            TensorForm.of(paired, List.of(2, 3, 2)),
            TensorForm.of(
                Tensorization.matrix(Scheme.PAIRED, List.of(1, 3, 2), List.of(2, 2, 3)),
                List.of(1, 2, 3, 1)),
            TensorForm.of(separated, List.of(1, 2, 4, 3, 1)),
            TensorForm.of(separated, List.of(2, 2, 3, 2, 2)),
            TensorForm.of(uneven, List.of(1, 3, 3, 2, 1)),
            TensorForm.of(
                Tensorization.matrix(Scheme.PAIRED, List.of(6), List.of(12)), List.of(1, 1)))
        .flatMap(form -> Stream.of(Arguments.of(form, true), Arguments.of(form, false)));
  }

  private static TTEmbedding layer(TensorForm form, boolean bias) {
    TTEmbedding layer =
        new TTEmbedding.Builder()
            .nIn(WORDS)
            .nOut(SIZE)
            .hasBias(bias)
            .inputModes(3, 4)
            .outputModes(2, 3)
            .ranks(2)
            .activation(bias ? Activation.TANH : Activation.IDENTITY)
            .build();
    layer.setForm(form); // rings too
    return (TTEmbedding) withoutRequest(layer);
  }

  /** As if it had been read from JSON: the form is all there is. */
  private static Layer withoutRequest(TTEmbedding layer) {
    try {
      var mapper = org.nd4j.serde.json.JsonMappers.getMapper();
      return mapper.readValue(mapper.writeValueAsString(layer), Layer.class);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  private static MultiLayerNetwork network(
      Layer embedding, boolean sequence, RNNFormat format, DataType type, IUpdater updater) {
    Layer output =
        sequence
            ? new RnnOutputLayer.Builder()
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .dataFormat(format)
                .build()
            : new OutputLayer.Builder().nOut(CLASSES).activation(Activation.SOFTMAX).build();
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(9)
                .dataType(type)
                .updater(updater)
                .list(embedding, output)
                .setInputType(
                    sequence ? InputType.recurrent(WORDS, 5, format) : InputType.feedForward(WORDS))
                .build());
    net.init();
    return net;
  }

  private static void copy(MultiLayerNetwork tensor, TensorForm form, MultiLayerNetwork stock) {
    Map<String, INDArray> from = tensor.getLayer(0).paramTable();
    Map<String, INDArray> to = stock.getLayer(0).paramTable();
    to.get("W").assign(LstmPair.full(form, from, "core"));
    if (from.containsKey("b")) {
      from.get("b").assign(Nd4j.linspace(DataType.DOUBLE, -1, 0.3, SIZE));
      to.get("b").assign(from.get("b"));
    }
    stock.getLayer(1).setParams(tensor.getLayer(1).params());
  }

  @ParameterizedTest(name = "{0}, bias {1}")
  @MethodSource("forms")
  void oneIndexEach_outputAndGradientsEqualDl4js(TensorForm form, boolean bias) {
    TTEmbedding conf = layer(form, bias);
    EmbeddingLayer stockConf =
        new EmbeddingLayer.Builder()
            .nIn(WORDS)
            .nOut(SIZE)
            .hasBias(bias)
            .activation(conf.getActivationFn())
            .build();
    INDArray x = Nd4j.createFromArray(0.0, 11, 7, 7, 3).reshape(5, 1);
    INDArray y = Nd4j.zeros(DataType.DOUBLE, 5, CLASSES);
    for (int b = 0; b < 5; b++) {
      y.putScalar(b, b % CLASSES, 1);
    }
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      MultiLayerNetwork tensor = network(conf, false, RNNFormat.NCW, type, new NoOp());
      MultiLayerNetwork stock = network(stockConf, false, RNNFormat.NCW, type, new NoOp());
      copy(tensor, form, stock);
      double tolerance = type == DataType.DOUBLE ? 1e-12 : 1e-5; // a few products of O(1)
      assertThat(LstmPair.distance(tensor.output(x), stock.output(x))).isLessThan(tolerance);
    }
    MultiLayerNetwork net = network(conf, false, RNNFormat.NCW, DataType.DOUBLE, new NoOp());
    check(net, x, y, null);
  }

  @ParameterizedTest(name = "{0}, bias {1}")
  @MethodSource("forms")
  void sequences_outputAndGradientsEqualDl4js(TensorForm form, boolean bias) {
    INDArray x = Nd4j.createFromArray(new double[][] {{0, 11, 7, 7, 3}, {5, 5, 5, 1, 0}});
    INDArray mask = LstmPair.mask(2, 5, DataType.DOUBLE);
    for (RNNFormat format : RNNFormat.values()) {
      TTEmbedding conf = layer(form, bias);
      conf.setSequence(true);
      conf.setOutputFormat(format);
      EmbeddingSequenceLayer stockConf =
          new EmbeddingSequenceLayer.Builder()
              .nIn(WORDS)
              .nOut(SIZE)
              .hasBias(bias)
              .outputDataFormat(format)
              .activation(conf.getActivationFn())
              .build();
      MultiLayerNetwork tensor = network(conf, true, format, DataType.DOUBLE, new NoOp());
      MultiLayerNetwork stock = network(stockConf, true, format, DataType.DOUBLE, new NoOp());
      copy(tensor, form, stock);
      INDArray expected = stock.output(x, false, mask, mask);
      assertThat(LstmPair.distance(tensor.output(x, false, mask, mask), expected))
          .isLessThan(1e-12);
      assertThat(LstmPair.distance(tensor.output(x.reshape(2, 1, 5)), stock.output(x)))
          .isLessThan(1e-12);
      check(tensor, x, LstmPair.labels(2, 5, DataType.DOUBLE, format), mask);
    }
  }

  private static void check(MultiLayerNetwork net, INDArray x, INDArray y, INDArray mask) {
    assertThat(
            GradientCheckUtil.checkGradients(
                new GradientCheckUtil.MLNConfig()
                    .net(net)
                    .epsilon(1e-5)
                    .maxRelError(1e-6)
                    .minAbsoluteError(1e-9) // rounding of a loss of O(1), over 1e-5, is 1e-10
                    .print(GradientCheckUtil.PrintMode.FAILURES_ONLY)
                    .input(x)
                    .labels(y)
                    .inputMask(mask)
                    .labelMask(mask)))
        .isTrue();
  }

  @Test
  void aStepOfSgd_changesOnlyTheSlicesThatWereLookedUp() {
    TTEmbedding conf =
        new TTEmbedding.Builder()
            .nIn(WORDS)
            .nOut(SIZE)
            .inputModes(3, 4)
            .outputModes(2, 3)
            .ranks(2)
            .build();
    MultiLayerNetwork net = network(conf, false, RNNFormat.NCW, DataType.DOUBLE, new Sgd(0.1));
    Map<String, INDArray> old = new LinkedHashMap<>();
    net.getLayer(0).paramTable().forEach((name, value) -> old.put(name, value.dup()));
    net.fit(
        Nd4j.createFromArray(5.0, 7).reshape(2, 1), // digits (1, 1) and (1, 3)
        Nd4j.createFromArray(new double[][] {{1, 0, 0}, {0, 1, 0}}));
    Map<String, INDArray> now = net.getLayer(0).paramTable();
    assertThat(touched(old.get("core0"), now.get("core0"))).containsExactly(1);
    assertThat(touched(old.get("core1"), now.get("core1"))).containsExactly(1, 3);
  }

  /** The input digits n of a core [a, m, n, b] at which it changed. */
  private static List<Integer> touched(INDArray before, INDArray after) {
    INDArray change = after.sub(before).norm1(0, 1, 3);
    return java.util.stream.IntStream.range(0, (int) change.length())
        .filter(i -> change.getDouble(i) > 0)
        .boxed()
        .toList();
  }

  @Test
  void aMillionWords_needNoTable() {
    TTEmbedding conf =
        new TTEmbedding.Builder()
            .nIn(1_000_000)
            .nOut(512)
            .inputModes(100, 100, 100)
            .outputModes(8, 8, 8)
            .ranks(8)
            .build();
    assertThat(conf.getForm().weights()).isLessThan(70_000); // of 512,000,000
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list(
                    conf,
                    new OutputLayer.Builder()
                        .nIn(512)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    net.init();
    INDArray rows = net.feedForward(Nd4j.createFromArray(0.0, 999_999).reshape(2, 1)).get(1);
    assertThat(rows.shape()).containsExactly(2, 512);
    assertThat(rows.norm2Number().doubleValue()).isBetween(1e-3, 100.0);
  }

  private static TTEmbedding words() {
    return new TTEmbedding.Builder()
        .name("words")
        .nIn(WORDS)
        .nOut(SIZE)
        .inputModes(3, 4)
        .outputModes(2, 3)
        .ranks(2)
        .build();
  }

  @Test
  void aFormOfAnotherSize_isNamedWhenTheNetworkIsBuilt() {
    TTEmbedding conf = words();
    conf.setNOut(8); // as TransferLearning's nOutReplace does
    assertThatThrownBy(() -> network(conf, false, RNNFormat.NCW, DataType.FLOAT, new NoOp()))
        .hasStackTraceContaining("layer 'words': outputModes 2x3 = 6 but nOut = 8");
  }

  @Test
  void anIndexOutsideTheVocabulary_isNamed() {
    TTEmbedding conf = words();
    MultiLayerNetwork net = network(conf, false, RNNFormat.NCW, DataType.FLOAT, new NoOp());
    assertThatThrownBy(() -> net.output(Nd4j.createFromArray(12.0f).reshape(1, 1)))
        .hasMessageContaining("words")
        .hasMessageContaining("index 12 is outside 0 to nIn - 1 = 11");
    assertThatThrownBy(() -> net.output(Nd4j.ones(2, 3)))
        .hasMessageContaining("[2, 3]")
        .hasMessageContaining("sequence(true)");
  }
}
