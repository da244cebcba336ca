package org.dl4jtt.surgery;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.dl4jtt.layers.convert.ConvertedLayer;
import org.dl4jtt.layers.convert.OutputSplit;
import org.dl4jtt.layers.convert.TensorLayers;
import org.dl4jtt.plan.NetworkLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A {@link ComputationGraph} with some layers replaced; see {@link NetworkSurgery}. */
final class GraphSurgery {
  private final ComputationGraphConfiguration configuration;

  /** By vertex; vertices without a layer may have parameters, too. */
  private final Map<String, Map<String, INDArray>> parameters = new HashMap<>();

  private GraphSurgery(ComputationGraph source) {
    configuration = ComputationGraphConfiguration.fromJson(source.getConfiguration().toJson());
    for (var vertex : source.getVertices()) {
      Map<String, INDArray> table = vertex.paramTable(false);
      parameters.put(vertex.getVertexName(), table == null ? Map.of() : table);
    }
  }

  static GraphSurgery replace(ComputationGraph source, Map<String, Replacement> replacements) {
    GraphSurgery surgery = new GraphSurgery(source);
    replacements.forEach(
        (name, replacement) -> {
          if (replacement.loss() == null) {
            surgery.swap(name, replacement.layer());
          } else {
            surgery.split(name, replacement.layer(), replacement.loss());
          }
        });
    return surgery;
  }

  static GraphSurgery dense(ComputationGraph source) {
    GraphSurgery surgery = new GraphSurgery(source);
    for (NetworkLayer layer : NetworkLayer.of(source)) {
      if (TensorLayers.isTensorLayer(layer.configuration())) {
        ConvertedLayer converted = TensorLayers.toDense(layer.configuration(), layer.parameters());
        surgery.swap(layer.name(), converted);
        if (converted.configuration() instanceof DenseLayer dense) {
          surgery.joinIfSplit(layer.name(), dense);
        }
      }
    }
    return surgery;
  }

  /** The graph with the parameters of the source and of the replacements. */
  ComputationGraph withParameters() {
    long length = 0;
    for (GraphVertex vertex : configuration.getVertices().values()) {
      vertex.setDataType(configuration.getDataType());
      length += vertex.numParams(true);
    }
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init(Parameters.empty(configuration.getDataType(), length), false);
    for (var vertex : graph.getVertices()) {
      Map<String, INDArray> table = vertex.paramTable(false);
      if (table != null && !table.isEmpty()) {
        String name = vertex.getVertexName();
        Parameters.copy(parameters.getOrDefault(name, Map.of()), table, name);
      }
    }
    return graph;
  }

  /** The graph newly initialised, at iteration and epoch 0. */
  ComputationGraph fresh(long seed) {
    for (GraphVertex vertex : configuration.getVertices().values()) {
      if (vertex instanceof LayerVertex layer) {
        layer.getLayerConf().setSeed(seed);
      }
    }
    configuration.getDefaultConfiguration().setSeed(seed);
    configuration.setIterationCount(0);
    configuration.setEpochCount(0);
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    return graph;
  }

  private void swap(String name, ConvertedLayer layer) {
    LayerVertex old = layerVertex(name);
    configuration
        .getVertices()
        .put(name, vertex(old, layer.configuration(), old.getPreProcessor()));
    parameters.put(name, layer.parameters());
  }

  /** The weights go to a new vertex in front; the name, and so the graph's output, stays. */
  private void split(String name, ConvertedLayer layer, LossLayer loss) {
    String front = name + Replacement.SUFFIX;
    if (configuration.getVertices().containsKey(front)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "output layer %s would become %s and a loss layer, but there is a vertex of that name;"
                  + " rename it",
              name,
              front));
    }
    LayerVertex old = layerVertex(name);
    Map<String, GraphVertex> vertices = new LinkedHashMap<>();
    configuration
        .getVertices()
        .forEach(
            (key, vertex) -> {
              if (key.equals(name)) {
                vertices.put(front, vertex(old, layer.configuration(), old.getPreProcessor()));
                LayerVertex end = vertex(old, loss, null);
                end.setOutputVertex(old.isOutputVertex());
                vertices.put(name, end);
              } else {
                vertices.put(key, vertex);
              }
            });
    configuration.setVertices(vertices);
    Map<String, List<String>> inputs = configuration.getVertexInputs();
    inputs.put(front, List.copyOf(inputs(name)));
    inputs.put(name, List.of(front));
    parameters.put(front, layer.parameters());
    parameters.put(name, Map.of());
    forgetOrder();
  }

  private void joinIfSplit(String front, DenseLayer dense) {
    if (!front.endsWith(Replacement.SUFFIX)) {
      return;
    }
    String name = front.substring(0, front.length() - Replacement.SUFFIX.length());
    boolean onlyReader =
        configuration.getVertexInputs().entrySet().stream()
            .allMatch(e -> e.getKey().equals(name) == e.getValue().contains(front));
    if (!onlyReader
        || configuration.getNetworkOutputs().contains(front)
        || !(configuration.getVertices().get(name) instanceof LayerVertex end)
        || end.getPreProcessor() != null
        || !(end.getLayerConf().getLayer() instanceof LossLayer loss)) {
      return;
    }
    LayerVertex first = layerVertex(front);
    LayerVertex joined = vertex(end, new OutputSplit(dense, loss).join(), first.getPreProcessor());
    joined.setOutputVertex(end.isOutputVertex());
    configuration.getVertices().put(name, joined);
    configuration.getVertices().remove(front);
    configuration.getVertexInputs().put(name, inputs(front));
    configuration.getVertexInputs().remove(front);
    parameters.put(name, parameters.getOrDefault(front, Map.of()));
    forgetOrder();
  }

  private List<String> inputs(String name) {
    return configuration.getVertexInputs().getOrDefault(name, List.of());
  }

  private LayerVertex layerVertex(String name) {
    if (configuration.getVertices().get(name) instanceof LayerVertex vertex) {
      return vertex;
    }
    throw new IllegalStateException("vertex " + name + " has no layer");
  }

  private static LayerVertex vertex(
      LayerVertex old, Layer layer, @Nullable InputPreProcessor preProcessor) {
    NeuralNetConfiguration configuration = old.getLayerConf().clone();
    configuration.setLayer(layer);
    configuration.clearVariables();
    return new LayerVertex(configuration, preProcessor);
  }

  /** With other vertices there is another topological order; DL4J finds it anew. */
  @SuppressWarnings("NullAway") // null is DL4J's "not computed"
  private void forgetOrder() {
    configuration.setTopologicalOrder(null);
    configuration.setTopologicalOrderStr(null);
  }
}
