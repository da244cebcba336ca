package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.dl4jtt.contraction.Path;
import org.dl4jtt.layers.convert.ConvertedLayer;
import org.dl4jtt.layers.convert.TensorLayers;
import org.dl4jtt.layers.impl.TensorDenseLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** What is particular to dense layers in tensor form; the rest is in {@link LayerContract}. */
class TensorDenseTest {

  private static MultiLayerNetwork network(FeedForwardLayer layer, int inputs) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .dataType(DataType.DOUBLE)
                .updater(new Sgd(0.1))
                .list()
                .layer(layer)
                .layer(new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.feedForward(inputs))
                .build());
    net.init();
    return net;
  }

  // PAPERS.md A: Novikov et al. 2015, the layers of VGG, recomputed from modes and ranks
  @ParameterizedTest
  @CsvSource({"4, 2016, 50972", "2, 528, 194622", "1, 144, 713614"})
  void vgg_fc6_hasTheWeightsOfThePaper(int rank, long weights, long compression) {
    TTDense fc6 =
        new TTDense.Builder()
            .nIn(25088)
            .nOut(4096)
            .inputModes(2, 7, 8, 8, 7, 4)
            .outputModes(4, 4, 4, 4, 4, 4)
            .ranks(rank)
            .build();
    assertThat(fc6.getForm().weights()).isEqualTo(weights);
    assertThat(25088L * 4096 / weights).isEqualTo(compression);
    assertThat(fc6.initializer().numParams(fc6)).isEqualTo(weights + 4096);
    assertThat(fc6).asString().contains("25088 -> 4096", "102,760,448");
  }

  @Test
  void ringWithR0OfOne_isTheTrain_bitForBit() {
    TTDense train =
        new TTDense.Builder().nOut(12).autoModes(3).ranks(2).activation(Activation.TANH).build();
    TRDense ring =
        new TRDense.Builder()
            .nOut(12)
            .autoModes(3)
            .ranks(1, 2, 2, 1)
            .activation(Activation.TANH)
            .build();
    MultiLayerNetwork a = network(train, 8);
    MultiLayerNetwork b = network(ring, 8);
    assertThat(b.params()).isEqualTo(a.params());
    INDArray x = Nd4j.rand(DataType.DOUBLE, 5, 8);
    INDArray y =
        Nd4j.eye(2)
            .castTo(DataType.DOUBLE)
            .get(new org.nd4j.linalg.indexing.SpecifiedIndex(0, 1, 0, 1, 0));
    a.fit(x, y);
    b.fit(x, y);
    assertThat(b.params()).isEqualTo(a.params());
    assertThat(b.output(x)).isEqualTo(a.output(x));
  }

  @Test
  void pinnedPlan_isFollowed_andComputesTheSame() {
    MultiLayerNetwork net =
        network(new TTDense.Builder().nOut(12).autoModes(3).ranks(2).build(), 8);
    TensorDenseLayer layer = (TensorDenseLayer) net.getLayer(0);
    INDArray x = Nd4j.rand(DataType.DOUBLE, 5, 8);
    INDArray expected = net.output(x);
    for (Path path : List.of(new Path(true, List.of(1, 2, 3)), new Path(false, List.of(3)))) {
      layer.pinPlan(path);
      assertThat(layer.plan(x, false).path()).isEqualTo(path);
      // a few products of O(1) doubles, in another order
      assertThat(net.output(x).sub(expected).amaxNumber().doubleValue()).isLessThan(1e-12);
    }
    layer.pinPlan(null);
    assertThat(net.output(x)).isEqualTo(expected);
  }

  @Test
  void toDense_computesTheSame() {
    TRDense ring =
        new TRDense.Builder().nOut(12).autoModes(2).ranks(3).activation(Activation.TANH).build();
    MultiLayerNetwork net = network(ring, 8);
    ConvertedLayer dense =
        TensorLayers.toDense(net.getLayer(0).conf().getLayer(), net.getLayer(0).paramTable());
    MultiLayerNetwork stock = network((FeedForwardLayer) dense.configuration(), 8);
    dense.parameters().forEach((name, value) -> stock.getLayer(0).setParam(name, value));
    for (String name : List.of("W", "b")) {
      stock.setParam("1_" + name, net.getParam("1_" + name));
    }
    INDArray x = Nd4j.rand(DataType.DOUBLE, 5, 8);
    // two products of O(1) doubles
    assertThat(stock.output(x).sub(net.output(x)).amaxNumber().doubleValue()).isLessThan(1e-12);
  }

  @Test
  void weightInit_isThatOfTheFullMatrix() {
    TTDense layer =
        new TTDense.Builder()
            .nOut(1024)
            .autoModes(5)
            .ranks(8)
            .weightInit(WeightInit.XAVIER)
            .build();
    MultiLayerNetwork net = network(layer, 1024);
    INDArray w =
        TensorLayers.toDense(net.getLayer(0).conf().getLayer(), net.getLayer(0).paramTable())
            .parameters()
            .get("W");
    double expected = Math.sqrt(2.0 / (1024 + 1024)); // Glorot and Bengio 2010
    assertThat(w.norm2Number().doubleValue() / 1024).isBetween(0.9 * expected, 1.1 * expected);
  }

  @Test
  void wrongModes_areNamed_whenTheLayerIsBuilt() {
    assertThatThrownBy(
            () ->
                new TTDense.Builder()
                    .name("fc1")
                    .nIn(784)
                    .nOut(20)
                    .inputModes(4, 7, 7)
                    .outputModes(1, 4, 5)
                    .ranks(2)
                    .build())
        .hasMessage(
            "layer 'fc1': inputModes 4x7x7 = 196 but nIn = 784; the product of inputModes must equal nIn");
  }

  @Test
  void nOutReplace_isRefused_withTheLayersName() {
    MultiLayerNetwork net =
        network(new TTDense.Builder().name("fc1").nOut(12).autoModes(2).ranks(2).build(), 8);
    assertThatThrownBy(
            () ->
                new TransferLearning.Builder(net)
                    .fineTuneConfiguration(
                        new FineTuneConfiguration.Builder().updater(new Sgd(0.1)).build())
                    .nOutReplace(0, 24, WeightInit.XAVIER)
                    .build())
        .hasStackTraceContaining("layer 'fc1': outputModes 4x3 = 12 but nOut = 24");
  }

  @Test
  void nothingAskedFor_orLayerNorm_isRefused() {
    assertThatThrownBy(() -> new TTDense.Builder().name("a").nIn(4).nOut(4).build())
        .hasMessage(
            "layer 'a': neither ranks nor a target were given; call ranks(..), targetWeights(..) or form(..)");
    assertThatThrownBy(() -> new TTDense.Builder().name("a").hasLayerNorm(true))
        .hasMessage(
            "layer 'a': a dense layer in tensor form has no layer normalisation; use a DenseLayer");
  }

  @Test
  void target_isMet_andClippedRanksAreVisible() {
    TTDense half = new TTDense.Builder().nIn(64).nOut(64).autoModes(3).targetWeights(0.25).build();
    assertThat(half.getForm().weights()).isLessThanOrEqualTo(1024).isGreaterThan(600);
    TTDense clipped = new TTDense.Builder().nIn(8).nOut(8).autoModes(2).ranks(99).build();
    assertThat(clipped).asString().contains("asked for [99]");
    assertThat(clipped.getForm().ranks()).doesNotContain(99);
  }
}
