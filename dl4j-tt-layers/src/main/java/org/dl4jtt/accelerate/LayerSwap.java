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
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Puts {@link NativeRelu} in the place of a network's running ReLU layers, {@link NativeAdd} in
 * that of a graph's sums, and back: neither takes a helper. The configuration is the same, so that
 * what is saved or cloned is, too.
 */
final class LayerSwap {
  private LayerSwap() {}

  /** The number of layers that compute natively. */
  static int enable(Model net, boolean byOneDnn) {
    DataType type =
        net instanceof MultiLayerNetwork mln
            ? mln.getLayerWiseConfigurations().getDataType()
            : ((ComputationGraph) net).getConfiguration().getDataType();
    swapLayers(
        net,
        layer ->
            layer instanceof ActivationLayer relu && NativeRelu.supports(relu, type)
                ? new NativeRelu(relu, byOneDnn)
                : layer);
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
    return (int) Arrays.stream(layers).filter(NativeRelu.class::isInstance).count();
  }

  static void disable(Model net) {
    swapLayers(net, layer -> layer instanceof NativeRelu relu ? relu.stock() : layer);
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
        Layer after = exchange.apply(before);
        layers[k] = after;
        byName.replaceAll((name, layer) -> layer == before ? after : layer);
      }
    } else if (net instanceof ComputationGraph graph) {
      for (GraphVertex vertex : graph.getVertices()) {
        if (vertex instanceof LayerVertex holder) {
          Layer before = holder.getLayer();
          Layer after = exchange.apply(before);
          holder.setLayer(after);
          Layer[] layers = graph.getLayers();
          for (int k = 0; k < layers.length; k++) {
            layers[k] = layers[k] == before ? after : layers[k];
          }
        }
      }
    }
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
