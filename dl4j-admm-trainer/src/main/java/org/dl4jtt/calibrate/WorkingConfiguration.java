package org.dl4jtt.calibrate;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a working copy: a graph, whatever the network is, in which nothing is
 * frozen, dropped out or noisy. Its vertices have the names that plans use.
 */
final class WorkingConfiguration {
  private WorkingConfiguration() {}

  static ComputationGraphConfiguration of(ComputationGraphConfiguration source) {
    ComputationGraphConfiguration copy =
        ComputationGraphConfiguration.fromJson(
            source.toJson()); // clone() shares what wrappers wrap
    Map<String, GraphVertex> vertices = new LinkedHashMap<>();
    copy.getVertices()
        .forEach(
            (name, vertex) -> {
              GraphVertex thawed =
                  vertex instanceof FrozenVertex frozen ? frozen.getUnderlying() : vertex;
              if (thawed instanceof LayerVertex layer) {
                prepare(layer.getLayerConf());
              }
              vertices.put(name, thawed);
            });
    copy.setVertices(vertices);
    return copy;
  }

  /** A chain. */
  static ComputationGraphConfiguration of(MultiLayerConfiguration source, List<String> names) {
    MultiLayerConfiguration copy = MultiLayerConfiguration.fromJson(source.toJson());
    ComputationGraphConfiguration graph = new ComputationGraphConfiguration();
    Map<String, GraphVertex> vertices = new LinkedHashMap<>();
    Map<String, List<String>> inputs = new HashMap<>();
    String input = "input";
    while (names.contains(input)) {
      input += "'";
    }
    graph.setNetworkInputs(List.of(input));
    String last = input;
    for (int i = 0; i < names.size(); i++) {
      NeuralNetConfiguration layer = copy.getConf(i);
      prepare(layer);
      InputPreProcessor preProcessor = copy.getInputPreProcess(i);
      LayerVertex vertex = new LayerVertex(layer, preProcessor);
      vertices.put(names.get(i), vertex);
      inputs.put(names.get(i), List.of(last));
      last = names.get(i);
    }
    graph.setVertices(vertices);
    graph.setVertexInputs(inputs);
    graph.setNetworkOutputs(List.of(last));
    graph.setDefaultConfiguration(copy.getConf(0).clone());
    graph.setDataType(copy.getDataType());
    return graph;
  }

  private static void prepare(NeuralNetConfiguration configuration) {
    Layer layer = configuration.getLayer();
    while (layer instanceof FrozenLayer || layer instanceof FrozenLayerWithBackprop) {
      layer =
          layer instanceof FrozenLayer frozen
              ? frozen.getLayer()
              : ((FrozenLayerWithBackprop) layer).getUnderlying();
    }
    configuration.setLayer(layer);
    configuration.clearVariables();
    quieten(layer);
  }

  private static void quieten(@Nullable Layer layer) {
    if (layer == null) {
      return;
    }
    layer.setIDropout(null);
    layer.setConstraints(null);
    if (layer instanceof BaseLayer base) {
      base.setWeightNoise(null);
    }
    if (layer instanceof BaseWrapperLayer wrapper) {
      quieten(wrapper.getUnderlying());
    } else if (layer instanceof Bidirectional both) {
      quieten(both.getFwd());
      quieten(both.getBwd());
    }
  }

  /** The layer that does the work under wrappers of one layer each. */
  static Layer innermost(Layer layer) {
    if (layer instanceof BaseWrapperLayer wrapper) {
      return innermost(wrapper.getUnderlying());
    }
    return layer instanceof FrozenLayer frozen ? innermost(frozen.getLayer()) : layer;
  }

  /** The wrapper of this kind, at any depth; null if there is none. */
  static <T extends Layer> @Nullable T wrapper(@Nullable Layer layer, Class<T> kind) {
    if (kind.isInstance(layer)) {
      return kind.cast(layer);
    }
    if (layer instanceof Bidirectional both) {
      return wrapper(both.getFwd(), kind);
    }
    return layer instanceof BaseWrapperLayer wrapper
        ? wrapper(wrapper.getUnderlying(), kind)
        : null;
  }
}
