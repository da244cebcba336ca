package org.dl4jtt.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.PlanBuilder;
import org.dl4jtt.tensor.RankBounds;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Decomposed at full rank a trained network computes what it did, and its way back ends in the
 * configuration it came from: for every kind of layer, in both kinds of network.
 */
class LayerSurgeryTest {
  private static final int BATCH = 3;
  private static final int STEPS = 4;

  /**
   * A network of stock layers and what becomes of them.
   *
   * @param layers all but the output layer; layer i is called l-i
   * @param forms by layer number and parameter
   * @param tensorClass what layer 0 becomes, under its wrappers
   */
  record Case(
      String name,
      InputType input,
      List<Layer> layers,
      Layer output,
      Map<Integer, Map<String, TensorForm>> forms,
      String tensorClass) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (boolean ring : new boolean[] {false, true}) {
      for (Scheme scheme : Scheme.values()) {
        String kind = scheme + (ring ? " ring" : " train");
        for (CNN2DFormat format : CNN2DFormat.values()) {
          cases.add(convolutions(kind + " " + format, format, scheme, ring));
        }
        for (RNNFormat format : RNNFormat.values()) {
          cases.add(lstm("LSTM " + kind + " " + format, format, lstm -> lstm, scheme, ring, false));
        }
        cases.add(lstm("LSTM, RW " + kind, RNNFormat.NCW, lstm -> lstm, scheme, ring, true));
        cases.add(embedding(kind, scheme, ring));
        for (RNNFormat format : RNNFormat.values()) {
          cases.add(embeddedSequence(kind + " " + format, format, scheme, ring));
        }
      }
      String kind = ring ? " ring" : " train";
      Scheme scheme = ring ? Scheme.SEPARATED : Scheme.PAIRED; // it is nothing to wrappers
      cases.add(
          lstm(
              "Bidirectional" + kind,
              RNNFormat.NCW,
              lstm -> new Bidirectional(Bidirectional.Mode.ADD, lstm),
              scheme,
              ring,
              false));
      cases.add(lstm("LastTimeStep" + kind, RNNFormat.NCW, LastTimeStep::new, scheme, ring, false));
      cases.add(
          lstm(
              "LastTimeStep of Bidirectional" + kind,
              RNNFormat.NWC,
              lstm -> new LastTimeStep(new Bidirectional(Bidirectional.Mode.ADD, lstm)),
              scheme,
              ring,
              false));
      cases.add(lstm("frozen LSTM" + kind, RNNFormat.NCW, FrozenLayer::new, scheme, ring, false));
      cases.add(dense("frozen dense" + kind, FrozenLayer::new, ring));
      cases.add(dense("frozen dense with backprop" + kind, FrozenLayerWithBackprop::new, ring));
      cases.add(frozenConvolution(ring));
    }
    return cases.stream();
  }

  private static Case convolutions(String name, CNN2DFormat format, Scheme scheme, boolean ring) {
    Layer first =
        new ConvolutionLayer.Builder(3, 2)
            .nOut(6)
            .convolutionMode(ConvolutionMode.Same)
            .dataFormat(format)
            .build();
    Layer second =
        new ConvolutionLayer.Builder(2, 2)
            .nOut(4)
            .stride(2, 1)
            .hasBias(false)
            .dataFormat(format)
            .build();
    Layer dense = new DenseLayer.Builder().nOut(8).build();
    return new Case(
        "convolutions " + name,
        InputType.convolutional(5, 4, 4, format),
        List.of(first, second, dense),
        output(5),
        Map.of(
            0,
            Map.of("W", full(scheme, List.of(6), List.of(3, 2), List.of(4), ring)),
            1,
            Map.of("W", full(scheme, List.of(2, 2), List.of(2, 2), List.of(2, 3), ring)),
            2,
            Map.of("W", full(scheme, List.of(4, 2), List.of(), List.of(8, 3), ring))),
        ring ? "TRConv" : "TTConv");
  }

  private static Case frozenConvolution(boolean ring) {
    Layer conv = new ConvolutionLayer.Builder(2, 2).nOut(4).build();
    return new Case(
        "frozen convolution" + (ring ? " ring" : " train"),
        InputType.convolutional(4, 4, 2, CNN2DFormat.NCHW),
        List.of(new FrozenLayer(conv)),
        output(3),
        Map.of(0, Map.of("W", full(Scheme.SEPARATED, List.of(4), List.of(2, 2), List.of(2), ring))),
        ring ? "TRConv" : "TTConv");
  }

  private static Case dense(String name, UnaryOperator<Layer> wrapper, boolean ring) {
    Layer dense = new DenseLayer.Builder().nIn(12).nOut(8).build();
    return new Case(
        name,
        InputType.feedForward(12),
        List.of(wrapper.apply(dense)),
        output(3),
        Map.of(0, Map.of("W", full(Scheme.PAIRED, List.of(4, 2), List.of(), List.of(3, 4), ring))),
        ring ? "TRDense" : "TTDense");
  }

  private static Case lstm(
      String name,
      RNNFormat format,
      UnaryOperator<Layer> wrapper,
      Scheme scheme,
      boolean ring,
      boolean recurrent) {
    Layer lstm = wrapper.apply(new LSTM.Builder().nIn(6).nOut(4).dataFormat(format).build());
    Map<String, TensorForm> forms = new LinkedHashMap<>();
    forms.put("W", full(scheme, List.of(8, 2), List.of(), List.of(2, 3), ring));
    if (recurrent) {
      forms.put("RW", full(scheme, List.of(8, 2), List.of(), List.of(2, 2), ring));
    }
    return new Case(
        name,
        InputType.recurrent(6, STEPS, format),
        List.of(lstm),
        lstm instanceof LastTimeStep ? output(3) : rnnOutput(format),
        Map.of(0, forms),
        ring ? "TRLSTM" : "TTLSTM");
  }

  private static Case embedding(String kind, Scheme scheme, boolean ring) {
    return new Case(
        "EmbeddingLayer " + kind,
        InputType.feedForward(12),
        List.of(new EmbeddingLayer.Builder().nIn(12).nOut(6).hasBias(true).build()),
        output(3),
        Map.of(0, Map.of("W", full(scheme, List.of(2, 3), List.of(), List.of(3, 4), ring))),
        "TTEmbedding");
  }

  private static Case embeddedSequence(String kind, RNNFormat format, Scheme scheme, boolean ring) {
    return new Case(
        "EmbeddingSequenceLayer " + kind,
        InputType.recurrent(12, STEPS, format),
        List.of(
            new EmbeddingSequenceLayer.Builder()
                .nIn(12)
                .nOut(6)
                .outputDataFormat(format)
                .inputLength(STEPS)
                .build()),
        rnnOutput(format),
        Map.of(0, Map.of("W", full(scheme, List.of(2, 3), List.of(), List.of(3, 4), ring))),
        "TTEmbedding");
  }

  private static Layer output(int classes) {
    return new OutputLayer.Builder(LossFunction.MSE)
        .nOut(classes)
        .activation(Activation.TANH)
        .build();
  }

  private static Layer rnnOutput(RNNFormat format) {
    return new RnnOutputLayer.Builder(LossFunction.MSE)
        .nOut(3)
        .activation(Activation.TANH)
        .dataFormat(format)
        .build();
  }

  /** Ranks that lose nothing. In a ring r₀ = 2 and r₀ r₁ = n₁, then as large as can be. */
  private static TensorForm full(
      Scheme scheme,
      List<Integer> outputs,
      List<Integer> kernel,
      List<Integer> inputs,
      boolean ring) {
    Tensorization t = new Tensorization(scheme, outputs, kernel, inputs);
    int d = t.modes().size();
    List<Integer> ranks = new ArrayList<>();
    for (int k = 0; k <= d; k++) {
      ranks.add(k == 0 || k == d ? (ring ? 2 : 1) : 1_000);
    }
    if (ring) {
      ranks.set(1, t.modes().get(0) / 2);
    }
    return TensorForm.of(t, RankBounds.clip(t, ranks));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void network_decomposedAtFullRank_andBack(Case c) {
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      MultiLayerNetwork network = network(c, type);
      INDArray x = input(c, type);
      network.fit(x, Nd4j.rand(type, network.output(x).shape()));
      INDArray expected = network.output(x);

      MultiLayerNetwork small =
          ModelSurgery.decompose(network, plan(c, CompressionPlan.of(network)));
      MultiLayerNetwork dense = ModelSurgery.toDense(small);

      assertNear(small.output(x), expected, type);
      assertNear(dense.output(x), expected, type);
      String json = small.getLayerWiseConfigurations().toJson();
      assertThat(json).contains("org.dl4jtt.layers." + c.tensorClass);
      assertThat(dense.getLayerWiseConfigurations().toJson())
          .isEqualTo(network.getLayerWiseConfigurations().toJson())
          .doesNotContain("dl4jtt");
      small.fit(x, expected.mul(0.5)); // and trains on
      assertThat(small.params().isNaN().any()).isFalse();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void graph_decomposedAtFullRank_andBack(Case c) {
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      ComputationGraph network = graph(c, type);
      INDArray[] x = {input(c, type)};
      network.fit(x, new INDArray[] {Nd4j.rand(type, network.outputSingle(x).shape())});
      INDArray expected = network.outputSingle(x);

      ComputationGraph small =
          ModelSurgery.decompose(network, plan(c, CompressionPlan.of(network)));
      ComputationGraph dense = ModelSurgery.toDense(small);

      assertNear(small.outputSingle(x), expected, type);
      assertNear(dense.outputSingle(x), expected, type);
      assertThat(small.getConfiguration().toJson()).contains("org.dl4jtt.layers." + c.tensorClass);
      assertThat(dense.getConfiguration().toJson())
          .isEqualTo(network.getConfiguration().toJson())
          .doesNotContain("dl4jtt");
      small.fit(x, new INDArray[] {expected.mul(0.5)});
      assertThat(small.params().isNaN().any()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
  void aWeightThatIsNotFinite_isNamed(double bad) {
    Case c = convolutions("", CNN2DFormat.NCHW, Scheme.SEPARATED, false);
    MultiLayerNetwork network = network(c, DataType.FLOAT);
    CompressionPlan plan = plan(c, CompressionPlan.of(network));
    network.getLayer(1).getParam("W").putScalar(new int[] {3, 0, 1, 1}, bad);
    assertThatThrownBy(() -> ModelSurgery.decompose(network, plan))
        .hasMessageContaining("layer l-1, weight W: the value at")
        .hasMessageContaining("is " + bad + "; only finite weights can be decomposed");
  }

  private static CompressionPlan plan(Case c, PlanBuilder builder) {
    c.forms.forEach(
        (layer, forms) ->
            forms.forEach((parameter, form) -> builder.layer("l-" + layer, parameter, form)));
    return builder.build();
  }

  /** The largest difference of outputs that lie in (-1, 1). */
  private static void assertNear(INDArray actual, INDArray expected, DataType type) {
    double tolerance = type == DataType.DOUBLE ? 1e-12 : 1e-5; // as the design asks
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(tolerance);
  }

  private static NeuralNetConfiguration.Builder global(DataType type) {
    return new NeuralNetConfiguration.Builder()
        .seed(11)
        .dataType(type)
        .updater(new Adam(0.01))
        .l2(1e-4)
        .activation(Activation.TANH);
  }

  private static MultiLayerNetwork network(Case c, DataType type) {
    NeuralNetConfiguration.ListBuilder builder = global(type).list();
    for (int i = 0; i < c.layers.size(); i++) {
      builder.layer(named(c.layers.get(i), i));
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(builder.layer(c.output.clone()).setInputType(c.input).build());
    network.init();
    return network;
  }

  private static ComputationGraph graph(Case c, DataType type) {
    ComputationGraphConfiguration.GraphBuilder builder =
        global(type).graphBuilder().addInputs("in");
    String last = "in";
    for (int i = 0; i < c.layers.size(); i++) {
      builder.addLayer("l-" + i, named(c.layers.get(i), i), last);
      last = "l-" + i;
    }
    builder.addLayer("out", c.output.clone(), last).setOutputs("out").setInputTypes(c.input);
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    return graph;
  }

  private static Layer named(Layer layer, int i) {
    Layer copy = layer.clone();
    copy.setLayerName("l-" + i);
    return copy;
  }

  private static INDArray input(Case c, DataType type) {
    Nd4j.getRandom().setSeed(3);
    if (c.name.startsWith("Embedding")) {
      boolean one = c.name.startsWith("EmbeddingLayer");
      return Nd4j.rand(DataType.DOUBLE, BATCH, one ? 1 : STEPS)
          .muli(11.99)
          .castTo(DataType.INT)
          .castTo(type);
    }
    long[] shape = c.input.getShape(true);
    shape[0] = BATCH;
    return Nd4j.rand(type, shape).subi(0.5);
  }
}
