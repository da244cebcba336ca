package org.dl4jtt.accelerate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.internal.onednn.ImageLayer;
import org.jspecify.annotations.Nullable;

/**
 * Has a layer hand on its images with channels last in memory, where all that take them are {@link
 * ImageLayer}s, or sums of such. For every other taker they stay in 'c' order, without which ND4J's
 * operations are many times slower.
 *
 * <p>Where several take the same images, Deeplearning4j adds up their gradients, by an operation of
 * ND4J: these stay in 'c' order.
 */
final class ImageNeighbours {
  private ImageNeighbours() {}

  static void arrange(Model net) {
    if (net instanceof MultiLayerNetwork mln) {
      arrange(mln);
    } else {
      arrange((ComputationGraph) net);
    }
  }

  private static void arrange(MultiLayerNetwork net) {
    Layer[] layers = net.getLayers();
    for (int k = 0; k < layers.length; k++) {
      ImageLayer giver = imageLayer(layers[k]);
      if (giver != null) {
        boolean direct =
            k + 1 < layers.length
                && net.getLayerWiseConfigurations().getInputPreProcess(k + 1) == null;
        giver.channelsLast(direct && takesImages(layers[k + 1]), true);
      }
    }
  }

  private static void arrange(ComputationGraph net) {
    ComputationGraphConfiguration conf = net.getConfiguration();
    for (GraphVertex vertex : net.getVertices()) {
      List<GraphVertex> takers =
          takers(conf, vertex.getVertexName()).stream().map(net::getVertex).toList();
      boolean output =
          !takers.isEmpty()
              && !conf.getNetworkOutputs().contains(vertex.getVertexName())
              && takers.stream().allMatch(ImageNeighbours::takesImages);
      boolean[] sole = soleTaker(conf, vertex);
      if (vertex instanceof NativeAdd sum) {
        sum.channelsLast(output, sole);
      } else if (vertex instanceof LayerVertex holder) {
        ImageLayer layer = imageLayer(holder.getLayer());
        if (layer != null) {
          layer.channelsLast(output, sole[0]);
        }
      }
    }
  }

  /** For each input of a vertex, whether nothing else takes it. */
  private static boolean[] soleTaker(ComputationGraphConfiguration conf, GraphVertex taker) {
    List<String> givers = conf.getVertexInputs().getOrDefault(taker.getVertexName(), List.of());
    boolean[] sole = new boolean[givers.size()];
    for (int k = 0; k < sole.length; k++) {
      sole[k] = takers(conf, givers.get(k)).size() == 1;
    }
    return sole;
  }

  /** The vertices that take what a vertex gives, one as often as it does. */
  private static List<String> takers(ComputationGraphConfiguration conf, String giver) {
    List<String> takers = new ArrayList<>();
    for (Map.Entry<String, List<String>> inputs : conf.getVertexInputs().entrySet()) {
      for (String input : inputs.getValue()) {
        if (input.equals(giver)) {
          takers.add(inputs.getKey());
        }
      }
    }
    return takers;
  }

  private static boolean takesImages(GraphVertex vertex) {
    return vertex instanceof NativeAdd
        || (vertex instanceof LayerVertex taker
            && taker.getLayerPreProcessor() == null
            && takesImages(taker.getLayer()));
  }

  /** Dropout is ND4J's and works on the input as it comes. */
  private static boolean takesImages(Layer layer) {
    return imageLayer(layer) != null
        && !(layer instanceof BaseWrapperLayer)
        && layer.conf().getLayer().getIDropout() == null;
  }

  /** What computes the layer's images natively. */
  private static @Nullable ImageLayer imageLayer(Layer layer) {
    Layer running = NativeHelpers.unwrapped(layer);
    if (running instanceof ImageLayer itself) {
      return itself;
    }
    return running.getHelper() instanceof ImageLayer helper ? helper : null;
  }
}
