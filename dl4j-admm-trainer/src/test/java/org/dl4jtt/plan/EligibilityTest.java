package org.dl4jtt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.*;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The classifier stays dense, whatever stands between it and the loss. */
class EligibilityTest {
  private static final InputType VECTOR = InputType.feedForward(64);
  private static final InputType IMAGE = InputType.convolutional(8, 8, 64);

  static Stream<Arguments> ends() {
    return Stream.of(
        arguments("Dense, Loss", VECTOR, dense(), List.of(loss())),
        arguments(
            "Dense, Dropout, Loss",
            VECTOR,
            dense(),
            List.of(new DropoutLayer.Builder(0.5).build(), loss())),
        arguments(
            "Dense, BN, Loss",
            VECTOR,
            dense(),
            List.of(new BatchNormalization.Builder().build(), loss())),
        arguments(
            "Dense, BN, Activation",
            VECTOR,
            dense(),
            List.of(
                new BatchNormalization.Builder().build(), new ActivationLayer(Activation.SOFTMAX))),
        arguments(
            "1x1, global pooling, Loss",
            IMAGE,
            pointwise(),
            List.of(new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), loss())),
        arguments(
            "1x1, upsampling, CnnLoss",
            IMAGE,
            pointwise(),
            List.of(
                new Upsampling2D.Builder(2).build(),
                new CnnLossLayer.Builder(LossFunction.MSE).build())),
        arguments(
            "1x1, Yolo2Output",
            IMAGE,
            pointwise(),
            List.of(
                new Yolo2OutputLayer.Builder()
                    .boundingBoxPriors(Nd4j.create(new double[][] {{1, 1}, {2, 2}}))
                    .build())));
  }

  private static Layer loss() {
    return new LossLayer.Builder(LossFunction.MSE).build();
  }

  private static Layer dense() {
    return new DenseLayer.Builder().nOut(64).build();
  }

  private static Layer pointwise() {
    return new ConvolutionLayer.Builder(1, 1).nOut(64).build();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ends")
  void classifier_staysDense(String name, InputType input, Layer classifier, List<Layer> behind) {
    NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder().list();
    Layer first = input == VECTOR ? dense() : pointwise();
    Layer second = input == VECTOR ? dense() : pointwise();
    first.setLayerName("first");
    second.setLayerName("second");
    classifier.setLayerName("last");
    list.layer(first).layer(second).layer(classifier);
    for (int i = 0; i < behind.size(); i++) {
      behind.get(i).setLayerName("behind" + i);
      list.layer(behind.get(i));
    }
    MultiLayerNetwork network = new MultiLayerNetwork(list.setInputType(input).build());
    network.init();
    CompressionPlan plan =
        CompressionPlan.of(network).weights(input == VECTOR ? 0.55 : 0.7).build();
    assertThat(plan.leftAlone()).contains(new LeftAlone("last", "the classifier"));
    assertThat(plan.weights()).extracting(PlannedWeight::layer).doesNotContain("last");
    assertThat(plan.weights()).extracting(PlannedWeight::layer).contains("second");

    ComputationGraphConfiguration.GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(input)
            .addLayer("first", first.clone(), "in")
            .addLayer("second", second.clone(), "first")
            .addLayer("last", classifier.clone(), "second");
    String source = "last";
    for (int i = 0; i < behind.size(); i++) {
      graph.addLayer("behind" + i, behind.get(i).clone(), source);
      source = "behind" + i;
    }
    ComputationGraph inGraph = new ComputationGraph(graph.setOutputs(source).build());
    inGraph.init();
    assertThat(CompressionPlan.of(inGraph).weights(0.9).build().leftAlone())
        .contains(new LeftAlone("last", "the classifier"));
  }

  @Test
  void verticesOfGraphs_arePassed() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(VECTOR)
                .addLayer("body", dense(), "in")
                .addLayer("a", dense(), "body")
                .addLayer("b", dense(), "body")
                .addVertex("scaled", new ScaleVertex(0.5), "a")
                .addVertex(
                    "mean", new ElementWiseVertex(ElementWiseVertex.Op.Average), "scaled", "b")
                .addLayer("loss", new LossLayer.Builder(LossFunction.MSE).build(), "mean")
                .setOutputs("loss")
                .build());
    graph.init();
    CompressionPlan plan = CompressionPlan.of(graph).weights(0.9).build();
    assertThat(plan.leftAlone())
        .contains(new LeftAlone("a", "the classifier"), new LeftAlone("b", "the classifier"));
    assertThat(plan.weights()).extracting(PlannedWeight::layer).containsExactly("body");
  }

  @Test
  void featureExtractorWithoutLoss_hasNoClassifier() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(dense())
                .layer(dense())
                .setInputType(VECTOR)
                .build());
    network.init();
    assertThat(CompressionPlan.of(network).weights(0.9).build().leftAlone())
        .extracting(LeftAlone::reason)
        .doesNotContain("the classifier");
  }
}
