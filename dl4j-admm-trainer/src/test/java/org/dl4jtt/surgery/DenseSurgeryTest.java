package org.dl4jtt.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.layers.TTDense;
import org.dl4jtt.layers.TensorLayer;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.NetworkLayer;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

class DenseSurgeryTest {
  private static final TensorForm FC1_OF_RANK_4 =
      TensorForm.train(matrix(Scheme.SEPARATED, List.of(12), List.of(20)), 4);

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({"DOUBLE,SEPARATED", "DOUBLE,PAIRED", "FLOAT,SEPARATED", "FLOAT,PAIRED"})
  void decompose_fullRank_leavesTheOutput(DataType type, Scheme scheme) {
    MultiLayerNetwork network = network(type);
    DataSet data = data(type);
    IntStream.range(0, 5).forEach(i -> network.fit(data));
    String json = network.getLayerWiseConfigurations().toJson();
    INDArray parameters = network.params().dup();
    INDArray expected = network.output(data.getFeatures());

    CompressionPlan plan =
        CompressionPlan.of(network)
            .layer("fc1", full(scheme, List.of(4, 3), List.of(5, 4)))
            .layer("layer1", full(scheme, List.of(2, 5), List.of(4, 3)))
            .layer("out", full(scheme, List.of(3, 1), List.of(5, 2)))
            .build();
    MultiLayerNetwork small = ModelSurgery.decompose(network, plan);
    MultiLayerNetwork dense = ModelSurgery.toDense(small);

    double tolerance = type == DataType.DOUBLE ? 1e-12 : 1e-5; // as the design asks
    assertThat(small.output(data.getFeatures()).distance2(expected)).isLessThan(tolerance);
    assertThat(dense.output(data.getFeatures()).distance2(expected)).isLessThan(tolerance);
    assertThat(NetworkLayer.of(small))
        .extracting(NetworkLayer::name)
        .containsExactly("fc1", "layer1", "out-tt", "out");
    assertThat(small.getLayer(0).conf().getLayer()).isInstanceOf(TTDense.class);
    assertThat(small.getLayer(3).conf().getLayer()).isInstanceOf(LossLayer.class);
    assertThat(small.getIterationCount()).isEqualTo(5);
    // The way back ends in the configuration it came from, with no class of ours in it.
    assertThat(dense.getLayerWiseConfigurations()).isEqualTo(network.getLayerWiseConfigurations());
    assertThat(dense.getLayerWiseConfigurations().toJson())
        .isEqualTo(json)
        .doesNotContain("dl4jtt");
    // The source is what it was, bit for bit.
    assertThat(network.params()).isEqualTo(parameters);
    assertThat(network.getLayerWiseConfigurations().toJson()).isEqualTo(json);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"DOUBLE", "FLOAT"})
  void decompose_graphWithResidual_fullRank_leavesTheOutput(DataType type) {
    ComputationGraph graph = graph(type);
    DataSet data = data(type);
    graph.fit(data);
    String json = graph.getConfiguration().toJson();
    INDArray parameters = graph.params().dup();
    INDArray expected = graph.outputSingle(data.getFeatures());

    CompressionPlan plan =
        CompressionPlan.of(graph)
            .layer("b", full(Scheme.PAIRED, List.of(4, 3), List.of(4, 3)))
            .layer("out", full(Scheme.SEPARATED, List.of(3), List.of(12)))
            .build();
    ComputationGraph small = ModelSurgery.decompose(graph, plan);
    ComputationGraph dense = ModelSurgery.toDense(small);

    double tolerance = type == DataType.DOUBLE ? 1e-12 : 1e-5;
    assertThat(small.outputSingle(data.getFeatures()).distance2(expected)).isLessThan(tolerance);
    assertThat(dense.outputSingle(data.getFeatures()).distance2(expected)).isLessThan(tolerance);
    assertThat(small.getConfiguration().getNetworkOutputs()).containsExactly("out");
    assertThat(small.getConfiguration().getVertices())
        .containsKeys("a", "b", "add", "out-tt", "out");
    assertThat(dense.getConfiguration().getVertices()).doesNotContainKey("out-tt");
    assertThat(dense.getConfiguration().toJson()).doesNotContain("dl4jtt");
    assertThat(dense.getConfiguration()).isEqualTo(graph.getConfiguration());
    assertThat(graph.params()).isEqualTo(parameters);
    assertThat(graph.getConfiguration().toJson()).isEqualTo(json);
    double before = small.score(data);
    IntStream.range(0, 20).forEach(i -> small.fit(data));
    assertThat(small.score(data)).isLessThan(before);
  }

  @Test
  void small_survivesTheZip_andTrainsOn(@TempDir Path folder) throws Exception {
    MultiLayerNetwork network = network(DataType.FLOAT);
    DataSet data = data(DataType.FLOAT);
    CompressionPlan plan =
        CompressionPlan.of(network)
            .layer("fc1", FC1_OF_RANK_4)
            .layer("out", full(Scheme.SEPARATED, List.of(3), List.of(10)))
            .build();
    MultiLayerNetwork small = ModelSurgery.decompose(network, plan);
    IntStream.range(0, 3).forEach(i -> small.fit(data));
    Path file = folder.resolve("small.zip");
    ModelFiles.write(small, file);

    MultiLayerNetwork read = (MultiLayerNetwork) ModelFiles.read(file);

    assertThat(read.params()).isEqualTo(small.params());
    assertThat(read.output(data.getFeatures())).isEqualTo(small.output(data.getFeatures()));
    Nd4j.getRandom().setSeed(5); // dropout draws from the global generator
    small.fit(data);
    Nd4j.getRandom().setSeed(5);
    read.fit(data);
    assertThat(read.params()).isEqualTo(small.params()); // updater state and counts came along
    assertThat(read.getIterationCount()).isEqualTo(4);
    assertThat(folder.toFile().list()).containsExactly("small.zip");
  }

  @Test
  void scratch_hasTheStructure_newWeights_fromTheSeed() {
    MultiLayerNetwork network = network(DataType.FLOAT);
    network.fit(data(DataType.FLOAT));
    CompressionPlan plan = CompressionPlan.of(network).layer("fc1", FC1_OF_RANK_4).build();

    MultiLayerNetwork one = ModelSurgery.scratch(network, plan, 1);
    MultiLayerNetwork again = ModelSurgery.scratch(network, plan, 1);
    MultiLayerNetwork two = ModelSurgery.scratch(network, plan, 2);

    assertThat(one.params()).isEqualTo(again.params()).isNotEqualTo(two.params());
    assertThat(one.numParams()).isEqualTo(plan.networkWeightsAfter());
    assertThat(one.getIterationCount()).isZero();
    assertThat(one.getLayer(0).getParam("core0").norm2Number().doubleValue()).isPositive();
    // The other weights are new, too: W of the second layer.
    assertThat(one.getLayer(1).getParam("W").distance2(network.getLayer(1).getParam("W")))
        .isCloseTo(
            Math.sqrt(2) * network.getLayer(1).getParam("W").norm2Number().doubleValue(),
            within(1.5)); // independent draws of like size
  }

  @Test
  void decompose_tensorLayersAreSkippedByPlans() {
    MultiLayerNetwork network = network(DataType.FLOAT);
    CompressionPlan plan = CompressionPlan.of(network).layer("fc1", FC1_OF_RANK_4).build();
    MultiLayerNetwork small = ModelSurgery.decompose(network, plan);
    assertThat(NetworkLayer.of(small).get(0).configuration()).isInstanceOf(TensorLayer.class);
    assertThat(CompressionPlan.of(small).build().leftAlone())
        .anySatisfy(
            left -> {
              assertThat(left.layer()).isEqualTo("fc1");
              assertThat(left.reason()).isEqualTo("already in tensor form");
            });
  }

  static Tensorization matrix(Scheme scheme, List<Integer> outputs, List<Integer> inputs) {
    return Tensorization.matrix(scheme, outputs, inputs);
  }

  /** Ranks as large as the modes can use. */
  static TensorForm full(Scheme scheme, List<Integer> outputs, List<Integer> inputs) {
    return TensorForm.train(matrix(scheme, outputs, inputs), 1_000);
  }

  static MultiLayerNetwork network(DataType type) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(11)
                .dataType(type)
                .updater(new Adam(new ExponentialSchedule(ScheduleType.ITERATION, 0.01, 0.99)))
                .l2(1e-4)
                .activation(Activation.TANH)
                .list()
                .layer(new DenseLayer.Builder().name("fc1").nIn(20).nOut(12).dropOut(0.9).build())
                .layer(new DenseLayer.Builder().nIn(12).nOut(10).hasBias(false).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .name("out")
                        .activation(Activation.SOFTMAX)
                        .nIn(10)
                        .nOut(3)
                        .build())
                .build());
    network.init();
    return network;
  }

  static ComputationGraph graph(DataType type) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(11)
                .dataType(type)
                .updater(new Adam(0.01))
                .activation(Activation.TANH)
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", new DenseLayer.Builder().nIn(20).nOut(12).build(), "in")
                .addLayer("b", new DenseLayer.Builder().nIn(12).nOut(12).build(), "a")
                .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nIn(12)
                        .nOut(3)
                        .build(),
                    "add")
                .setOutputs("out")
                .build());
    graph.init();
    return graph;
  }

  static DataSet data(DataType type) {
    Nd4j.getRandom().setSeed(3);
    INDArray labels = Nd4j.zeros(type, 16, 3);
    for (int i = 0; i < 16; i++) {
      labels.putScalar(i, i % 3, 1);
    }
    return new DataSet(Nd4j.randn(type, 16, 20), labels);
  }
}
