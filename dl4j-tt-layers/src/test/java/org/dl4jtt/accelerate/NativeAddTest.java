package org.dl4jtt.accelerate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dl4jtt.accelerate.StockNetworks.activation;
import static org.dl4jtt.accelerate.StockNetworks.compare;
import static org.dl4jtt.accelerate.StockNetworks.images;
import static org.dl4jtt.accelerate.StockNetworks.labels;
import static org.dl4jtt.accelerate.StockNetworks.pool;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex.Op;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.weights.WeightInit;
import org.dl4jtt.accelerate.StockNetworks.Conv;
import org.dl4jtt.internal.onednn.Images;
import org.dl4jtt.internal.onednn.OneDnn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Sums in a graph, beside those that stay stock vertices. */
class NativeAddTest {
  private static final Conv CONV =
      new Conv(3, 3, 1, 0, ConvolutionMode.Same, Activation.IDENTITY, true);

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void threeSummands_oneTwice_andOtherVertices_areTheStockOnes(CNN2DFormat format) {
    compare(() -> graph(format), new DataSet(images(format, 4, 3, 8), labels(4)), 3);
  }

  @Test
  void standsInForTheVertex_untilDisabled_andGivesChannelsLast() {
    assumeTrue(OneDnn.isAvailable(), "oneDNN (org.bytedeco:dnnl) has no natives for this platform");
    ComputationGraph graph = graph(CNN2DFormat.NCHW);
    INDArray x = images(CNN2DFormat.NCHW, 4, 3, 8);
    NativeHelpers.enable(graph);
    assertThat(graph.getVertex("sum")).isInstanceOf(NativeAdd.class);
    assertThat(graph.getVertices()).contains(graph.getVertex("sum"));
    assertThat(graph.getVertex("product")).isNotInstanceOf(NativeAdd.class);
    assertThat(Images.isChannelsLast(graph.feedForward(x, true).get("sum"))).isTrue();
    assertThat(Images.isChannelsFirst(graph.feedForward(x, true).get("last"))).isTrue();

    NativeHelpers.disable(graph);
    for (GraphVertex vertex : graph.getVertices()) {
      assertThat(vertex).isNotInstanceOf(NativeAdd.class);
      assertThat(graph.getVertex(vertex.getVertexName())).isSameAs(vertex);
    }
    assertThat(Images.isChannelsFirst(graph.feedForward(x, true).get("sum"))).isTrue();
  }

  private static ComputationGraph graph(CNN2DFormat format) {
    ComputationGraph net =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(6)
                .updater(new Sgd(0.05))
                .weightInit(WeightInit.XAVIER)
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", CONV.layer(16, format), "in")
                .addLayer("b", CONV.layer(16, format), "in")
                .addLayer("c", CONV.layer(16, format), "a")
                .addVertex("sum", new ElementWiseVertex(Op.Add), "a", "b", "c", "b")
                .addLayer("d", CONV.layer(16, format), "sum")
                .addVertex("product", new ElementWiseVertex(Op.Product), "d", "a")
                .addLayer("e", CONV.layer(16, format), "d")
                .addVertex("last", new ElementWiseVertex(Op.Add), "product", "e")
                .addLayer("tanh", activation(Activation.TANH), "last")
                .addLayer("pool", pool(format), "tanh")
                .addVertex("matrices", new ElementWiseVertex(Op.Add), "pool", "pool")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build(),
                    "matrices")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(8, 8, 3, format))
                .build());
    net.init();
    return net;
  }
}
