package org.dl4jtt.accelerate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.onednn.ImageLayer;
import org.jspecify.annotations.Nullable;

/**
 * Has a layer hand on its images with channels last in memory, where the one layer that takes them
 * is an {@link ImageLayer}, too. For every other taker they stay in 'c' order, without which ND4J's
 * operations are many times slower.
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
        giver.channelsLast(direct && takesImages(layers[k + 1]));
      }
    }
  }

  private static void arrange(ComputationGraph net) {
    ComputationGraphConfiguration conf = net.getConfiguration();
    for (Layer layer : net.getLayers()) {
      ImageLayer giver = imageLayer(layer);
      if (giver != null) {
        List<String> takers = takers(conf, layer.conf().getLayer().getLayerName());
        giver.channelsLast(
            takers.size() == 1
                && net.getVertex(takers.get(0)) instanceof LayerVertex taker
                && taker.getLayerPreProcessor() == null
                && takesImages(taker.getLayer()));
      }
    }
  }

  /** The vertices that take what a vertex gives; the caller of the network, too, for an output. */
  private static List<String> takers(ComputationGraphConfiguration conf, String giver) {
    List<String> takers = new ArrayList<>();
    for (Map.Entry<String, List<String>> inputs : conf.getVertexInputs().entrySet()) {
      for (String input : inputs.getValue()) {
        if (input.equals(giver)) {
          takers.add(inputs.getKey());
        }
      }
    }
    if (conf.getNetworkOutputs().contains(giver)) {
      takers.add(giver);
    }
    return takers;
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
