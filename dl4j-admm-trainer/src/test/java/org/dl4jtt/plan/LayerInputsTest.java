package org.dl4jtt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.*;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.admm.RhoSchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Networks that do not tell what goes in. */
class LayerInputsTest {
  static Stream<Arguments> firstLayers() {
    return Stream.of(
        arguments("BatchNormalization", new BatchNormalization.Builder().build()),
        arguments("Dropout", new DropoutLayer.Builder(0.5).build()),
        arguments("ZeroPadding", new ZeroPaddingLayer.Builder(1, 1).build()),
        arguments("pooling", new SubsamplingLayer.Builder(2, 2).stride(2, 2).build()),
        arguments("LRN", new LocalResponseNormalization.Builder().build()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("firstLayers")
  void weightsArePlanned_withoutAnInputType(String name, Layer first) {
    InputType image = InputType.convolutional(12, 12, 3);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(first)
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(64).build())
                .layer(new ConvolutionLayer.Builder(3, 3).name("conv").nOut(64).build())
                .layer(new GlobalPoolingLayer.Builder(PoolingType.AVG).build())
                .layer(new OutputLayer.Builder(LossFunction.MSE).nOut(3).build())
                .setInputType(image)
                .build());
    network.init();
    CompressionPlan plan = CompressionPlan.of(network).weights(0.7).build();
    assertThat(plan.weights()).extracting(PlannedWeight::layer).containsExactly("conv");
    assertThatThrownBy(() -> CompressionPlan.of(network).flops(0.7).build())
        .hasMessageContaining("the size of the images that layer layer1 convolves is not known");
    assertThat(CompressionPlan.of(network).flops(0.7).inputTypes(image).build().weights())
        .isNotEmpty();

    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(image)
                .addLayer("first", first.clone(), "in")
                .addLayer("stem", new ConvolutionLayer.Builder(3, 3).nOut(64).build(), "first")
                .addLayer("conv", new ConvolutionLayer.Builder(3, 3).nOut(64).build(), "stem")
                .addLayer("pool", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "conv")
                .addLayer("out", new OutputLayer.Builder(LossFunction.MSE).nOut(3).build(), "pool")
                .setOutputs("out")
                .build());
    graph.init();
    assertThat(CompressionPlan.of(graph).weights(0.7).build().weights())
        .extracting(PlannedWeight::layer)
        .containsExactly("conv");
  }

  @Test
  void layersThatKeepTheShape_areLookedThrough() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new BatchNormalization.Builder().build())
                .layer(new DropoutLayer.Builder(0.5).build())
                .layer(new DenseLayer.Builder().nOut(40).build())
                .layer(new OutputLayer.Builder(LossFunction.MSE).nOut(3).build())
                .setInputType(InputType.feedForward(50))
                .build());
    network.init();
    assertThat(LayerInputs.of(network, List.of()))
        .containsEntry("layer2", InputType.feedForward(50))
        .containsEntry("layer3", InputType.feedForward(40));
  }

  /** A vertex that does not say what it makes. */
  static final class Silent extends SameDiffLambdaVertex {
    @Override
    public SDVariable defineVertex(SameDiff sameDiff, VertexInputs inputs) {
      return inputs.getInput(0).mul(2);
    }
  }

  @Test
  void vertexThatDoesNotTell_leavesOnlyWhatIsBehindItUnknown() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", new DenseLayer.Builder().nIn(50).nOut(60).build(), "in")
                .addVertex("silent", new Silent(), "a")
                .addLayer("b", new DenseLayer.Builder().nIn(60).nOut(60).build(), "silent")
                .addLayer(
                    "out", new OutputLayer.Builder(LossFunction.MSE).nIn(60).nOut(3).build(), "b")
                .setOutputs("out")
                .build());
    graph.init();
    assertThat(LayerInputs.of(graph, List.of())).containsOnlyKeys("a");
    for (CompressionPlan plan :
        List.of(
            CompressionPlan.of(graph).weights(0.6).build(),
            CompressionPlan.of(graph).flops(0.6).build())) {
      assertThat(plan.weights()).extracting(PlannedWeight::layer).contains("a", "b");
    }
  }

  @Test
  void inputThatDoesNotFit_isNamed() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).name("conv").nIn(3).nOut(24).build())
                .build());
    network.init();
    assertThatThrownBy(
            () -> CompressionPlan.of(network).flops(0.5).inputTypes(InputType.recurrent(4)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("layer conv does not take what is given");
  }

  @Test
  void targetsInOperationsAndTime_leaveAnEmbeddingAlone() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new EmbeddingLayer.Builder().name("words").nIn(500).nOut(80).build())
                .layer(new DenseLayer.Builder().nOut(200).build())
                .layer(new OutputLayer.Builder(LossFunction.MSE).nOut(3).build())
                .setInputType(InputType.feedForward(500))
                .build());
    network.init();
    for (CompressionPlan plan :
        List.of(
            CompressionPlan.of(network).flops(0.5).build(),
            CompressionPlan.of(network).time(0.9).build())) {
      assertThat(plan.leftAlone())
          .contains(new LeftAlone("words", "at this target it costs nothing"));
    }
    assertThat(CompressionPlan.of(network).weights(0.5).build().weights())
        .extracting(PlannedWeight::layer)
        .contains("words");
  }

  @Test
  void plansAndSettings_areSerializable() throws Exception {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().nIn(50).nOut(80).build())
                .layer(new OutputLayer.Builder(LossFunction.MSE).nIn(80).nOut(3).build())
                .build());
    network.init();
    CompressionPlan plan =
        CompressionPlan.of(network)
            .weights(0.5)
            .minRatio("layer0", 1.5)
            .inputTypes(InputType.feedForward(50))
            .build();
    assertThat(read(plan)).isEqualTo(plan);
    AdmmSettings settings =
        AdmmSettings.defaults().withRho(RhoSchedule.geometric(0.1, 2, 3)).withReplanning(2, 0.5);
    assertThat(read(settings)).isEqualTo(settings);
    assertThat(read(AdmmSettings.defaults())).isEqualTo(AdmmSettings.defaults());
    assertThat(read(plan.weights().get(0).constraint()))
        .isEqualTo(plan.weights().get(0).constraint());
  }

  private static Object read(Object written) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(written);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }

  @Test
  void numbersOfAPlan_areChecked() {
    assertThatThrownBy(
            () ->
                CompressionPlan.fromJson(
                    "{\"format\": 2, \"networkWeights\": \"many\", \"weights\": []}"))
        .hasMessage("the plan has no whole number \"networkWeights\"");
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().nIn(50).nOut(80).build())
                .build());
    network.init();
    assertThatThrownBy(() -> CompressionPlan.of(network).minRatio(Double.POSITIVE_INFINITY))
        .hasMessage("minRatio(Infinity): before / after is a number of 1 or more");
    String json = CompressionPlan.of(network).weights(0.5).build().toJson();
    assertThatThrownBy(
            () ->
                CompressionPlan.fromJson(
                    json.replace("\"minRatio\" : 1.0", "\"minRatio\" : 1e400")))
        .hasMessageContaining("\"minRatio\" is beyond what a double holds");
  }
}
