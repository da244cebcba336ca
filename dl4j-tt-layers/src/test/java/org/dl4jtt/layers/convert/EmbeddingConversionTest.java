package org.dl4jtt.layers.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.deeplearning4j.nn.weights.embeddings.ArrayEmbeddingInitializer;
import org.deeplearning4j.nn.weights.embeddings.WeightInitEmbedding;
import org.dl4jtt.layers.TTEmbedding;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

class EmbeddingConversionTest {
  private static final int WORDS = 12;
  private static final int SIZE = 6;
  // Decomposition and a few products of O(1), each exact to about 1e-15.
  private static final double TOLERANCE = 1e-12;

  private static EmbeddingLayer single() {
    return new EmbeddingLayer.Builder()
        .name("words")
        .nIn(WORDS)
        .nOut(SIZE)
        .hasBias(true)
        .biasInit(0.3)
        .activation(Activation.TANH)
        .updater(new Adam(0.01))
        .l2(0.1)
        .dropOut(new Dropout(0.8))
        .build();
  }

  private static EmbeddingSequenceLayer sequence() {
    return new EmbeddingSequenceLayer.Builder()
        .name("words")
        .nIn(WORDS)
        .nOut(SIZE)
        .hasBias(false)
        .inputLength(5)
        .inferInputLength(false)
        .outputDataFormat(RNNFormat.NWC)
        .activation(Activation.SOFTSIGN)
        .updater(new Adam(0.02))
        .build();
  }

  private static MultiLayerNetwork network(Layer embedding) {
    boolean steps =
        embedding instanceof EmbeddingSequenceLayer
            || (embedding instanceof TTEmbedding tensor && tensor.isSequence());
    Layer output =
        steps
            ? new RnnOutputLayer.Builder()
                .nIn(SIZE)
                .nOut(2)
                .dataFormat(RNNFormat.NWC)
                .activation(Activation.SOFTMAX)
                .build()
            : new OutputLayer.Builder().nIn(SIZE).nOut(2).activation(Activation.SOFTMAX).build();
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .dataType(DataType.DOUBLE)
                .list(embedding, output)
                .build());
    net.init();
    return net;
  }

  private static FactoredWeight fullRank(INDArray w, Scheme scheme) {
    Tensorization t = Tensorization.matrix(scheme, List.of(2, 3), List.of(3, 4));
    List<Integer> ranks = scheme == Scheme.PAIRED ? List.of(1, 6, 1) : List.of(1, 2, 6, 4, 1);
    return FactoredWeight.decompose(w, TensorForm.of(t, ranks));
  }

  private static MultiLayerNetwork rebuilt(MultiLayerNetwork net, ConvertedLayer layer) {
    MultiLayerNetwork rebuilt = network(layer.configuration());
    layer.parameters().forEach((name, value) -> rebuilt.getLayer(0).setParam(name, value));
    rebuilt.getLayer(1).setParams(net.getLayer(1).params());
    return rebuilt;
  }

  @ParameterizedTest
  @EnumSource(Scheme.class)
  void oneIndexEach_atFullRank_outputIsUnchanged_bothWays(Scheme scheme) {
    check(single(), scheme, Nd4j.createFromArray(0.0, 11, 7, 7, 3).reshape(5, 1));
  }

  @ParameterizedTest
  @EnumSource(Scheme.class)
  void sequences_atFullRank_outputIsUnchanged_bothWays(Scheme scheme) {
    check(
        sequence(),
        scheme,
        Nd4j.createFromArray(new double[][] {{0, 11, 7, 7, 3}, {5, 5, 5, 1, 0}}));
  }

  private static void check(FeedForwardLayer stock, Scheme scheme, INDArray indices) {
    MultiLayerNetwork net = network(stock);
    Layer conf = net.getLayer(0).conf().getLayer();
    Map<String, INDArray> params = net.getLayer(0).paramTable();
    INDArray expected = net.output(indices);

    ConvertedLayer tensor =
        TensorLayers.toTensor(conf, params, Map.of("W", fullRank(params.get("W"), scheme)));
    assertThat(tensor.configuration()).isInstanceOf(TTEmbedding.class);
    MultiLayerNetwork small = rebuilt(net, tensor);
    assertThat(small.output(indices).distance2(expected)).isLessThan(TOLERANCE);

    ConvertedLayer back =
        TensorLayers.toDense(tensor.configuration(), small.getLayer(0).paramTable());
    assertThat(back.configuration()).isEqualTo(conf);
    assertThat(rebuilt(net, back).output(indices).distance2(expected)).isLessThan(TOLERANCE);
  }

  /** As with vectors that were trained elsewhere. */
  @Test
  void aTableAsWeightInit_becomesFactors_andIsRefusedByTheTensorLayer() {
    INDArray vectors = Nd4j.rand(DataType.DOUBLE, WORDS, SIZE);
    EmbeddingLayer stock =
        new EmbeddingLayer.Builder()
            .weightInit(new ArrayEmbeddingInitializer(vectors))
            .activation(Activation.IDENTITY)
            .build();
    MultiLayerNetwork net = network(stock);
    Map<String, INDArray> params = net.getLayer(0).paramTable();
    assertThat(params.get("W").distance2(vectors)).isZero();
    ConvertedLayer tensor =
        TensorLayers.toTensor(
            net.getLayer(0).conf().getLayer(),
            params,
            Map.of("W", fullRank(params.get("W"), Scheme.PAIRED)));
    assertThat(((TTEmbedding) tensor.configuration()).getWeightInitFn())
        .isEqualTo(new WeightInitXavier());
    INDArray indices = Nd4j.createFromArray(4.0, 9).reshape(2, 1);
    assertThat(rebuilt(net, tensor).output(indices).distance2(net.output(indices)))
        .isLessThan(TOLERANCE);

    assertThatThrownBy(
            () ->
                new TTEmbedding.Builder()
                    .name("words")
                    .nIn(WORDS)
                    .nOut(SIZE)
                    .ranks(2)
                    .weightInit(new WeightInitEmbedding(new ArrayEmbeddingInitializer(vectors)))
                    .build())
        .hasMessageContaining("layer 'words'")
        .hasMessageContaining("a table of vectors as weightInit has no tensor form")
        .hasMessageContaining("TensorLayers.toTensor");
  }

  @Test
  void noFactors_areNamed() {
    assertThatThrownBy(() -> TensorLayers.toTensor(single(), Map.of(), Map.of()))
        .hasMessageContaining("layer words")
        .hasMessageContaining("needs factors of its W");
  }
}
