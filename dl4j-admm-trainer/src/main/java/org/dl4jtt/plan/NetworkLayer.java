package org.dl4jtt.plan;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer of a network, as plans call it: a vertex's name in a {@link ComputationGraph}; in a
 * {@link MultiLayerNetwork} the layer's name or, where it has none, its number ("0", "1", …).
 *
 * @param name as in a {@link CompressionPlan}
 * @param prefix what DL4J puts before the underscore in the network's own parameter table
 * @param configuration its configuration with all wrappers; the running layer's own may be the
 *     wrapped one
 * @param layer the running layer
 */
public record NetworkLayer(
    String name,
    String prefix,
    org.deeplearning4j.nn.conf.layers.Layer configuration,
    Layer layer) {

  /**
   * The layers of a network with parameters or without, in the order of its flat parameter vector.
   *
   * @param model an initialised {@link MultiLayerNetwork} or {@link ComputationGraph}
   * @throws IllegalArgumentException for any other model, one that is not initialised, or one with
   *     two layers of the same name
   */
  public static List<NetworkLayer> of(Model model) {
    List<NetworkLayer> layers =
        model instanceof ComputationGraph graph ? ofGraph(graph) : ofNetwork(model);
    Set<String> seen = new HashSet<>();
    for (NetworkLayer layer : layers) {
      argument(
          seen.add(layer.name),
          "two layers are called \"%s\"; give every layer a name of its own",
          layer.name);
    }
    return layers;
  }

  /** Returns whether its configuration says that training does not move its weights. */
  public boolean isFrozen() {
    return WrappedLayers.isFrozen(configuration);
  }

  /** Its parameters by name: views of the network's own. */
  public Map<String, INDArray> parameters() {
    return layer.paramTable(false);
  }

  private static List<NetworkLayer> ofGraph(ComputationGraph graph) {
    GraphVertex[] vertices = graph.getVertices();
    argument(vertices != null, "the graph is not initialised; call init() first");
    List<NetworkLayer> layers = new ArrayList<>();
    for (int index : graph.topologicalSortOrder()) {
      GraphVertex vertex = vertices[index];
      String name = vertex.getVertexName();
      if (graph.getConfiguration().getVertices().get(name) instanceof LayerVertex conf) {
        layers.add(new NetworkLayer(name, name, conf.getLayerConf().getLayer(), vertex.getLayer()));
      }
    }
    return layers;
  }

  private static List<NetworkLayer> ofNetwork(Model model) {
    argument(
        model instanceof MultiLayerNetwork,
        "a MultiLayerNetwork or a ComputationGraph is needed, got a %s",
        model == null ? "null" : model.getClass().getName());
    MultiLayerNetwork network = (MultiLayerNetwork) model;
    Layer[] running = network.getLayers();
    argument(
        running != null && network.params() != null,
        "the network is not initialised; call init() first");
    List<NetworkLayer> layers = new ArrayList<>();
    for (int i = 0; i < running.length; i++) {
      var configuration = network.getLayerWiseConfigurations().getConf(i).getLayer();
      String number = String.valueOf(i);
      String name = configuration.getLayerName();
      layers.add(
          new NetworkLayer(
              name == null || name.isEmpty() ? number : name, number, configuration, running[i]));
    }
    return layers;
  }
}
