package org.dl4jtt.accelerate;

import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.ElementWiseVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.layers.ActivationLayer;
import org.deeplearning4j.nn.layers.convolution.subsampling.SubsamplingLayer;
import org.deeplearning4j.nn.layers.pooling.GlobalPoolingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Puts {@link StockStandIn} layers in the place of a network's running ReLU and pooling layers,
 * {@link NativeAdd} in that of a graph's sums, and back: none of these takes a helper. The
 * configuration is the same, so that what is saved or cloned is, too.
 */
final class LayerSwap {
  private LayerSwap() {}

  /** The number of layers that compute natively. */
  static int enable(Model net, boolean byOneDnn) {
    DataType type =
        net instanceof MultiLayerNetwork mln
            ? mln.getLayerWiseConfigurations().getDataType()
            : ((ComputationGraph) net).getConfiguration().getDataType();
    swapLayers(net, layer -> exchanged(layer, type, byOneDnn));
    if (byOneDnn && net instanceof ComputationGraph graph) {
      swapVertices(
          graph,
          vertex ->
              vertex instanceof ElementWiseVertex sum && NativeAdd.supports(graph, sum)
                  ? new NativeAdd(graph, sum)
                  : vertex);
    }
    Layer[] layers =
        net instanceof MultiLayerNetwork mln
            ? mln.getLayers()
            : ((ComputationGraph) net).getLayers();
    return (int) Arrays.stream(layers).filter(StockStandIn.class::isInstance).count();
  }

  private static Layer exchanged(Layer layer, DataType type, boolean byOneDnn) {
    if (layer instanceof ActivationLayer relu && NativeRelu.supports(relu, type)) {
      return new NativeRelu(relu, byOneDnn);
    }
    if (byOneDnn && layer instanceof SubsamplingLayer pool && NativePooling.supports(pool, type)) {
      return new NativePooling(pool);
    }
    if (byOneDnn
        && layer instanceof GlobalPoolingLayer pool
        && NativeGlobalPooling.supports(pool, type)) {
      return new NativeGlobalPooling(pool);
    }
    return layer;
  }

  static void disable(Model net) {
    swapLayers(net, layer -> layer instanceof StockStandIn ours ? ours.stock() : layer);
    if (net instanceof ComputationGraph graph) {
      swapVertices(graph, vertex -> vertex instanceof NativeAdd sum ? sum.stock() : vertex);
    }
  }

  private static void swapLayers(Model net, UnaryOperator<Layer> exchange) {
    if (net instanceof MultiLayerNetwork mln) {
      Layer[] layers = mln.getLayers();
      Map<String, Layer> byName = HelperField.layerMap(mln);
      for (int k = 0; k < layers.length; k++) {
        Layer before = layers[k];
        Layer after = exchange(before, exchange);
        layers[k] = after;
        byName.replaceAll((name, layer) -> layer == before ? after : layer);
      }
    } else if (net instanceof ComputationGraph graph) {
      for (GraphVertex vertex : graph.getVertices()) {
        if (vertex instanceof LayerVertex holder) {
          Layer before = holder.getLayer();
          Layer after = exchange(before, exchange);
          holder.setLayer(after);
          Layer[] layers = graph.getLayers();
          for (int k = 0; k < layers.length; k++) {
            layers[k] = layers[k] == before ? after : layers[k];
          }
        }
      }
    }
  }

  private static Layer exchange(Layer before, UnaryOperator<Layer> by) {
    Layer after = by.apply(before);
    if (after != before) {
      after.setIndex(before.getIndex());
      after.setListeners(before.getListeners());
      after.setIterationCount(before.getIterationCount());
      after.setEpochCount(before.getEpochCount());
    }
    return after;
  }

  private static void swapVertices(ComputationGraph graph, UnaryOperator<GraphVertex> exchange) {
    GraphVertex[] vertices = graph.getVertices();
    Map<String, GraphVertex> byName = HelperField.vertexMap(graph);
    for (int k = 0; k < vertices.length; k++) {
      vertices[k] = exchange.apply(vertices[k]);
      byName.put(vertices[k].getVertexName(), vertices[k]);
    }
  }
}
