package org.dl4jtt.accelerate;

import static org.dl4jtt.accelerate.StockNetworks.CONV;
import static org.dl4jtt.accelerate.StockNetworks.SIZE;
import static org.dl4jtt.accelerate.StockNetworks.activation;
import static org.dl4jtt.accelerate.StockNetworks.compare;
import static org.dl4jtt.accelerate.StockNetworks.data;
import static org.dl4jtt.accelerate.StockNetworks.graph;
import static org.dl4jtt.accelerate.StockNetworks.mln;
import static org.dl4jtt.accelerate.StockNetworks.norm;
import static org.dl4jtt.accelerate.StockNetworks.pool;
import static org.dl4jtt.accelerate.StockNetworks.twoConvolutions;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.CacheMode;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.accelerate.StockNetworks.Conv;
import org.dl4jtt.internal.onednn.OneDnn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;

/**
 * Whole networks with native helpers train as they do on the stock path, however they are set up.
 */
class HelpedNetworkTest {
  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void twentySteps_endInTheSameNetwork_runningMeanAndVarianceToo(CNN2DFormat format) {
    compare(() -> twoConvolutions(format), data(format), 20);
  }

  @ParameterizedTest
  @EnumSource(WorkspaceMode.class)
  void everyWorkspaceMode(WorkspaceMode mode) {
    compare(
        () ->
            twoConvolutions(
                CONV,
                CNN2DFormat.NCHW,
                b -> b.trainingWorkspaceMode(mode).inferenceWorkspaceMode(mode)),
        data(CNN2DFormat.NCHW),
        3);
  }

  @Test
  void cacheModeDevice() {
    compare(
        () -> twoConvolutions(CONV, CNN2DFormat.NCHW, b -> b.cacheMode(CacheMode.DEVICE)),
        data(CNN2DFormat.NCHW),
        3);
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void computationGraph_withAShortcut(CNN2DFormat format) {
    compare(() -> residual(format), data(format), 5);
  }

  private static ComputationGraph residual(CNN2DFormat format) {
    Conv conv = Conv.same(3, 1, Activation.IDENTITY, false);
    return graph(
        format,
        SIZE,
        net -> {
          net.addLayer("c1", conv.layer(4, format), "in")
              .addLayer("n1", norm(format), "c1")
              .addLayer("a1", activation(Activation.TANH), "n1")
              .addLayer("c2", conv.layer(4, format), "a1")
              .addLayer("n2", norm(format), "c2")
              .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "n2", "a1");
          return "add";
        });
  }

  @Test
  void frozenLayers_passGradientsOnAsTheStockPathDoes() {
    // without workspaces: within them, the stock batch norm fails here on memory that was closed
    for (boolean byOneDnn : new boolean[] {OneDnn.isAvailable(), false}) {
      compare(
          frozen(WorkspaceMode.NONE),
          frozen(WorkspaceMode.ENABLED),
          byOneDnn,
          data(CNN2DFormat.NCHW),
          3);
    }
  }

  private static MultiLayerNetwork frozen(WorkspaceMode mode) {
    CNN2DFormat format = CNN2DFormat.NCHW;
    return mln(
        InputType.convolutional(SIZE, SIZE, 3, format),
        b -> b.trainingWorkspaceMode(mode),
        CONV.layer(4, format),
        new FrozenLayerWithBackprop(CONV.layer(5, format)),
        new FrozenLayerWithBackprop(new BatchNormalization.Builder().build()),
        pool(format));
  }
}
