package org.dl4jtt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.*;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.layers.TTEmbedding;
import org.dl4jtt.layers.TTLSTM;
import org.dl4jtt.surgery.ModelSurgery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;

/** Operations of every layer class with weights, worked out by hand. */
class NetworkCostTest {
  private static final InputType VECTOR = InputType.feedForward(20);
  private static final InputType STEPS = InputType.recurrent(20, 7);
  private static final InputType IMAGE = InputType.convolutional(10, 10, 4);
  private static final InputType VIDEO =
      InputType.convolutional3D(Convolution3D.DataFormat.NCDHW, 6, 8, 9, 2);

  @SuppressWarnings("deprecation")
  static Stream<Arguments> layers() {
    int lstm = 2 * 4 * 30 * (20 + 30); // 12,000
    return Stream.of(
        arguments("Dense", new DenseLayer.Builder().nOut(30).build(), VECTOR, 2 * 20 * 30),
        arguments("AutoEncoder", new AutoEncoder.Builder().nOut(30).build(), VECTOR, 2 * 20 * 30),
        arguments(
            "ElementWiseMultiplication",
            new ElementWiseMultiplicationLayer.Builder().nOut(20).build(),
            VECTOR,
            0),
        arguments("BatchNormalization", new BatchNormalization.Builder().build(), IMAGE, 0),
        arguments("PReLU", new PReLULayer.Builder().inputShape(4, 10, 10).build(), IMAGE, 0),
        arguments(
            "Embedding",
            new EmbeddingLayer.Builder().nIn(20).nOut(30).build(),
            InputType.feedForward(1),
            0),
        // 3x3, Truncate: 8x8 outputs
        arguments(
            "Convolution2D",
            new ConvolutionLayer.Builder(3, 3).nOut(5).build(),
            IMAGE,
            2 * 64 * 9 * 4 * 5),
        arguments(
            "Convolution2D stride 2",
            new ConvolutionLayer.Builder(3, 3).stride(2, 2).nOut(5).build(),
            IMAGE,
            2 * 16 * 9 * 4 * 5),
        // every input pixel meets the whole kernel, whatever the stride
        arguments(
            "Deconvolution2D 2x2/2",
            new Deconvolution2D.Builder(2, 2).stride(2, 2).nOut(8).build(),
            IMAGE,
            2 * 100 * 4 * 4 * 8), // 25,600
        arguments(
            "DepthwiseConvolution2D",
            new DepthwiseConvolution2D.Builder(3, 3).depthMultiplier(2).nOut(8).build(),
            IMAGE,
            2 * 64 * 9 * 4 * 2),
        arguments(
            "SeparableConvolution2D",
            new SeparableConvolution2D.Builder(3, 3).depthMultiplier(2).nOut(5).build(),
            IMAGE,
            2 * 64 * (9 * 4 * 2 + 4 * 2 * 5)),
        arguments(
            "LocallyConnected2D",
            new LocallyConnected2D.Builder()
                .kernelSize(3, 3)
                .convolutionMode(ConvolutionMode.Truncate)
                .nOut(5)
                .build(),
            IMAGE,
            2 * 64 * 9 * 4 * 5),
        arguments(
            "Convolution1D, a step",
            new Convolution1DLayer.Builder(3).nOut(5).build(),
            STEPS,
            2 * 3 * 20 * 5),
        arguments(
            "LocallyConnected1D, a step",
            new LocallyConnected1D.Builder()
                .kernelSize(3)
                .convolutionMode(ConvolutionMode.Truncate)
                .nOut(5)
                .build(),
            STEPS,
            2 * 3 * 20 * 5),
        // 2x2x2, Truncate, of 6x8x9: 5x7x8 outputs
        arguments(
            "Convolution3D",
            new Convolution3D.Builder(2, 2, 2).nOut(3).build(),
            VIDEO,
            2 * (5 * 7 * 8) * 8 * 2 * 3),
        arguments(
            "Deconvolution3D",
            new Deconvolution3D.Builder()
                .kernelSize(2, 2, 2)
                .stride(2, 2, 2)
                .dataFormat(Convolution3D.DataFormat.NCDHW)
                .nOut(3)
                .build(),
            VIDEO,
            2 * (6 * 8 * 9) * 8 * 2 * 3),
        arguments("LSTM", new LSTM.Builder().nOut(30).build(), STEPS, lstm),
        arguments("GravesLSTM", new GravesLSTM.Builder().nOut(30).build(), STEPS, lstm),
        arguments(
            "GravesBidirectionalLSTM",
            new GravesBidirectionalLSTM.Builder().nOut(30).build(),
            STEPS,
            2 * lstm),
        arguments("SimpleRnn", new SimpleRnn.Builder().nOut(30).build(), STEPS, 2 * 30 * (20 + 30)),
        arguments("Bidirectional", new Bidirectional(lstm()), STEPS, 2 * lstm),
        arguments(
            "LastTimeStep of Bidirectional",
            new LastTimeStep(new Bidirectional(lstm())),
            STEPS,
            2 * lstm),
        arguments(
            "MaskZero of LastTimeStep of Bidirectional",
            new MaskZeroLayer(new LastTimeStep(new Bidirectional(lstm())), 0),
            STEPS,
            2 * lstm),
        arguments("LastTimeStep", new LastTimeStep(lstm()), STEPS, lstm),
        arguments(
            "TimeDistributed",
            new TimeDistributed(new DenseLayer.Builder().nIn(20).nOut(30).build()),
            STEPS,
            2 * 20 * 30),
        arguments(
            "Frozen",
            new FrozenLayer(new DenseLayer.Builder().nIn(20).nOut(30).build()),
            VECTOR,
            2 * 20 * 30));
  }

  private static LSTM lstm() {
    return new LSTM.Builder().nIn(20).nOut(30).build();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void operations_areThoseWorkedOutByHand(String name, Layer layer, InputType input, int expected) {
    NetworkCost cost = NetworkCost.of(network(layer, input), input);
    assertThat(cost.layers().get(0).counted()).hasValue(expected);
    assertThat(cost.notCounted()).isEmpty();
  }

  static Stream<Arguments> notCounted() {
    return Stream.of(
        arguments(
            "SelfAttention",
            new SelfAttentionLayer.Builder().nOut(20).nHeads(2).projectInput(true).build(),
            STEPS),
        arguments(
            "LearnedSelfAttention",
            new LearnedSelfAttentionLayer.Builder()
                .nOut(20)
                .nHeads(2)
                .nQueries(3)
                .projectInput(true)
                .build(),
            STEPS));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("notCounted")
  void layersThatAreNotCounted_areNamed_notGuessed(String name, Layer layer, InputType input) {
    MultiLayerNetwork network = network(layer, input);
    NetworkCost cost = NetworkCost.of(network, input);
    assertThat(cost.layers().get(0).counted()).isEmpty();
    assertThat(cost.layers().get(0).predicted()).isEmpty();
    assertThat(cost.notCounted()).containsExactly("layer0");
  }

  @Test
  void embeddingInTensorForm_costsTheProductOfItsSlices() {
    // rows of 8·8·8 numbers: [1, 8·4] ; [8, 4]·[4, 8·4] ; [64, 4]·[4, 8]
    TTEmbedding embedding =
        new TTEmbedding.Builder()
            .nIn(1000)
            .nOut(512)
            .inputModes(10, 10, 10)
            .outputModes(8, 8, 8)
            .ranks(4)
            .build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(new NeuralNetConfiguration.Builder().list().layer(embedding).build());
    network.init();
    assertThat(NetworkCost.of(network).layers().get(0).counted())
        .hasValue(2 * (8 * 4 * 8 * 4) + 2 * (64 * 4 * 8));
  }

  @Test
  void bidirectionalLstmInTensorForm_costsWhatItsPlanPromises() {
    MultiLayerNetwork network =
        network(
            new LastTimeStep(new Bidirectional(new LSTM.Builder().nIn(64).nOut(48).build())),
            InputType.recurrent(64, 5));
    CompressionPlan plan = CompressionPlan.of(network).weights(0.7).build();
    long promised =
        NetworkCost.of(network).flops()
            - plan.weights().stream().mapToLong(w -> w.flopsBefore() - w.flopsAfter()).sum();
    assertThat(NetworkCost.of(ModelSurgery.decompose(network, plan)).flops()).isEqualTo(promised);
  }

  @Test
  void recurrentCores_areCountedOnce() {
    TTLSTM layer =
        new TTLSTM.Builder().nIn(16).nOut(8).inputModes(4, 4).outputModes(4, 2).ranks(2).build();
    long flops = NetworkCost.of(network(layer, InputType.recurrent(16, 3))).layers().get(0).flops();
    MultiLayerNetwork both = network(new Bidirectional(layer.clone()), InputType.recurrent(16, 3));
    assertThat(NetworkCost.of(both).layers().get(0).flops()).isEqualTo(2 * flops);
  }

  @Test
  void imagesOfUnknownSize_areNamed() {
    for (Layer layer :
        List.of(
            new ConvolutionLayer.Builder(3, 3).nIn(4).nOut(5).build(),
            new Deconvolution2D.Builder(2, 2).nIn(4).nOut(5).build(),
            new SeparableConvolution2D.Builder(3, 3).nIn(4).nOut(5).build())) {
      MultiLayerNetwork network =
          new MultiLayerNetwork(new NeuralNetConfiguration.Builder().list().layer(layer).build());
      network.init();
      assertThatThrownBy(() -> NetworkCost.of(network))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the size of the images that layer layer0 convolves is not known");
    }
  }

  private static MultiLayerNetwork network(Layer layer, InputType input) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .activation(Activation.TANH)
                .list()
                .layer(layer)
                .setInputType(input)
                .build());
    network.init();
    return network;
  }
}
