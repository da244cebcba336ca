package org.dl4jtt.plan;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;

/**
 * What goes into every layer. DL4J does not keep the input types that a network was built with;
 * they can be told from a preprocessor at the input or from a dense or recurrent first layer, but
 * not from a convolution, whose image may have any size.
 */
final class LayerInputs {
  private LayerInputs() {}

  /**
   * The input of each layer, behind its preprocessor, by layer name.
   *
   * @param given the network's input types, or empty to infer them
   * @return empty if they are not given and cannot be inferred
   */
  static Optional<Map<String, InputType>> of(Model model, List<InputType> given) {
    return model instanceof ComputationGraph graph
        ? ofGraph(graph, given)
        : ofNetwork((MultiLayerNetwork) model, given);
  }

  private static Optional<Map<String, InputType>> ofNetwork(
      MultiLayerNetwork network, List<InputType> given) {
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations();
    argument(given.size() <= 1, "a MultiLayerNetwork has one input, not %d", given.size());
    InputType type =
        given.isEmpty()
            ? inferred(configuration.getInputPreProcess(0), configuration.getConf(0).getLayer())
            : given.get(0);
    if (type == null) {
      return Optional.empty();
    }
    Map<String, InputType> inputs = new HashMap<>();
    int i = 0;
    for (NetworkLayer layer : NetworkLayer.of(network)) {
      InputPreProcessor preProcessor = configuration.getInputPreProcess(i);
      InputType input = preProcessor == null ? type : preProcessor.getOutputType(type);
      inputs.put(layer.name(), input);
      type = layer.configuration().getOutputType(i++, input);
    }
    return Optional.of(inputs);
  }

  private static Optional<Map<String, InputType>> ofGraph(
      ComputationGraph graph, List<InputType> given) {
    ComputationGraphConfiguration configuration = graph.getConfiguration();
    List<String> names = configuration.getNetworkInputs();
    argument(
        given.isEmpty() || given.size() == names.size(),
        "the graph has %d inputs %s, but %d input types are given",
        names.size(),
        names,
        given.size());
    Map<String, InputType> outputs = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      InputType type = given.isEmpty() ? inferred(configuration, names.get(i)) : given.get(i);
      if (type == null) {
        return Optional.empty();
      }
      outputs.put(names.get(i), type);
    }
    Map<String, InputType> inputs = new HashMap<>();
    int layers = 0;
    for (int index : graph.topologicalSortOrder()) {
      String name = graph.getVertices()[index].getVertexName();
      GraphVertex vertex = configuration.getVertices().get(name);
      if (vertex == null) {
        continue; // an input
      }
      List<InputType> types = new ArrayList<>();
      for (String source : configuration.getVertexInputs().getOrDefault(name, List.of())) {
        InputType type = outputs.get(source);
        if (type != null) {
          types.add(type);
        }
      }
      if (vertex instanceof LayerVertex layer) {
        InputPreProcessor preProcessor = layer.getPreProcessor();
        inputs.put(
            name, preProcessor == null ? types.get(0) : preProcessor.getOutputType(types.get(0)));
        layers++;
      }
      outputs.put(name, vertex.getOutputType(layers, types.toArray(new InputType[0])));
    }
    return Optional.of(inputs);
  }

  private static @Nullable InputType inferred(
      ComputationGraphConfiguration configuration, String input) {
    for (Map.Entry<String, List<String>> entry : configuration.getVertexInputs().entrySet()) {
      if (entry.getValue().contains(input)
          && configuration.getVertices().get(entry.getKey()) instanceof LayerVertex layer) {
        InputType type = inferred(layer.getPreProcessor(), layer.getLayerConf().getLayer());
        if (type != null) {
          return type;
        }
      }
    }
    return null;
  }

  private static @Nullable InputType inferred(
      @Nullable InputPreProcessor preProcessor, Layer layer) {
    if (preProcessor instanceof FeedForwardToCnnPreProcessor p) {
      return InputType.convolutionalFlat(p.getInputHeight(), p.getInputWidth(), p.getNumChannels());
    }
    if (preProcessor instanceof CnnToFeedForwardPreProcessor p) {
      return InputType.convolutional(
          p.getInputHeight(), p.getInputWidth(), p.getNumChannels(), p.getFormat());
    }
    if (preProcessor != null) {
      return null;
    }
    Layer inner = WrappedLayers.innermost(layer);
    if (inner instanceof BaseRecurrentLayer recurrent) {
      return InputType.recurrent(recurrent.getNIn(), recurrent.getRnnDataFormat());
    }
    boolean flat = inner instanceof FeedForwardLayer && !(inner instanceof ConvolutionLayer);
    return flat ? InputType.feedForward(((FeedForwardLayer) inner).getNIn()) : null;
  }
}
