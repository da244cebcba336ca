package org.dl4jtt.tool.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a network takes, where its first layer does not tell. */
class ModelInputTest {
  static Stream<Arguments> firstLayers() {
    return Stream.of(
        arguments("BatchNormalization", new BatchNormalization.Builder().build()),
        arguments("Dropout", new DropoutLayer.Builder(0.5).build()),
        arguments("ZeroPadding", new ZeroPaddingLayer.Builder(1, 1).build()),
        arguments("pooling", new SubsamplingLayer.Builder(2, 2).build()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("firstLayers")
  void colourImages_areTakenForWhatTheyAre(String name, Layer first) {
    InputType image = InputType.convolutional(12, 12, 3);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(first)
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(5).build())
                .setInputType(image)
                .build());
    network.init();
    assertThat(ModelInput.of(network).toString()).isEqualTo("images of 3 channels");
    assertThat(ModelInput.of(network).withSize(12, 12).type()).contains(image);
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(image)
                .addLayer("first", first.clone(), "in")
                .addLayer("conv", new ConvolutionLayer.Builder(3, 3).nOut(5).build(), "first")
                .setOutputs("conv")
                .build());
    graph.init();
    assertThat(ModelInput.of(graph).toString()).isEqualTo("images of 3 channels");
  }

  @Test
  void vectors_behindBatchNorm() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new BatchNormalization.Builder().build())
                .layer(new DenseLayer.Builder().nOut(5).build())
                .setInputType(InputType.feedForward(7))
                .build());
    network.init();
    assertThat(ModelInput.of(network).toString()).isEqualTo("vectors of 7");
  }

  @Test
  void paddedImages_doNotTellTheirSize() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ZeroPaddingLayer.Builder(1, 1).build())
                .layer(new DenseLayer.Builder().nOut(5).build())
                .setInputType(InputType.convolutional(4, 4, 3))
                .build());
    network.init();
    assertThat(ModelInput.of(network).toString()).isEqualTo("images of 3 channels");
  }
}
