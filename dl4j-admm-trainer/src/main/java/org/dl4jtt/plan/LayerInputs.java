package org.dl4jtt.plan;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;

/**
 * What goes into every layer, as far as it can be told. DL4J does not keep the input types that a
 * network was built with; they follow from a preprocessor, or from the first dense or recurrent
 * layer behind layers that change no shape, but not from a convolution, whose images may have any
 * size.
 */
final class LayerInputs {
  private LayerInputs() {}

  /**
   * Returns the input of each layer, behind its preprocessor, by layer name; without those that are
   * not known, or lie behind a vertex that does not tell what it makes.
   *
   * @param given the network's input types, or empty to infer them
   * @throws IllegalArgumentException naming the layer that does not take what is given
   */
  static Map<String, InputType> of(Model model, List<InputType> given) {
    return model instanceof ComputationGraph graph
        ? ofGraph(graph, given)
        : ofNetwork((MultiLayerNetwork) model, given);
  }

  private static Map<String, InputType> ofNetwork(
      MultiLayerNetwork network, List<InputType> given) {
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations();
    argument(given.size() <= 1, "a MultiLayerNetwork has one input, not %d", given.size());
    List<NetworkLayer> layers = NetworkLayer.of(network);
    @Nullable InputType type = given.isEmpty() ? inferred(configuration, layers) : given.get(0);
    Map<String, InputType> inputs = new HashMap<>();
    for (int i = 0; i < layers.size() && type != null; i++) {
      NetworkLayer layer = layers.get(i);
      int index = i;
      InputType before = type;
      InputPreProcessor preProcessor = configuration.getInputPreProcess(i);
      InputType input =
          preProcessor == null
              ? before
              : told(layer.name(), given, () -> preProcessor.getOutputType(before));
      if (input != null) {
        inputs.put(layer.name(), input);
      }
      type =
          input == null
              ? null
              : told(layer.name(), given, () -> layer.configuration().getOutputType(index, input));
    }
    return inputs;
  }

  private static Map<String, InputType> ofGraph(ComputationGraph graph, List<InputType> given) {
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
      if (type != null) {
        outputs.put(names.get(i), type);
      }
    }
    Map<String, InputType> inputs = new HashMap<>();
    int layers = 0;
    for (int index : graph.topologicalSortOrder()) {
      String name = graph.getVertices()[index].getVertexName();
      GraphVertex vertex = configuration.getVertices().get(name);
      if (vertex == null) {
        continue; // an input
      }
      List<String> sources = configuration.getVertexInputs().getOrDefault(name, List.of());
      List<InputType> types = new ArrayList<>();
      sources.stream().filter(outputs::containsKey).map(outputs::get).forEach(types::add);
      layers += vertex instanceof LayerVertex ? 1 : 0;
      if (types.size() < sources.size() || types.isEmpty()) {
        continue; // not known
      }
      if (vertex instanceof LayerVertex layer) {
        InputPreProcessor preProcessor = layer.getPreProcessor();
        InputType input =
            preProcessor == null
                ? types.get(0)
                : told(name, given, () -> preProcessor.getOutputType(types.get(0)));
        if (input == null) {
          continue;
        }
        inputs.put(name, input);
      }
      int count = layers;
      InputType output =
          told(name, given, () -> vertex.getOutputType(count, types.toArray(new InputType[0])));
      if (output != null) {
        outputs.put(name, output);
      }
    }
    return inputs;
  }

  /** What a layer makes of its input; null where it does not tell, or what was inferred fails. */
  private static @Nullable InputType told(
      String layer, List<InputType> given, Supplier<InputType> type) {
    try {
      return type.get();
    } catch (UnsupportedOperationException e) {
      return null; // a SameDiff vertex that does not say
    } catch (RuntimeException e) {
      argument(given.isEmpty(), "layer %s does not take what is given: %s", layer, e.getMessage());
      return null;
    }
  }

  private static @Nullable InputType inferred(
      MultiLayerConfiguration configuration, List<NetworkLayer> layers) {
    for (int i = 0; i < layers.size(); i++) {
      InputPreProcessor preProcessor = configuration.getInputPreProcess(i);
      Layer layer = WrappedLayers.innermost(layers.get(i).configuration());
      if (preProcessor != null || !keepsShape(layer)) {
        return inferred(preProcessor, layer);
      }
    }
    return null;
  }

  /** From the first layer behind the input that tells it; null if none does. */
  private static @Nullable InputType inferred(
      ComputationGraphConfiguration configuration, String source) {
    for (Map.Entry<String, List<String>> entry : configuration.getVertexInputs().entrySet()) {
      if (entry.getValue().contains(source)
          && configuration.getVertices().get(entry.getKey()) instanceof LayerVertex vertex) {
        Layer layer = WrappedLayers.innermost(vertex.getLayerConf().getLayer());
        InputType type =
            vertex.getPreProcessor() == null && keepsShape(layer)
                ? inferred(configuration, entry.getKey())
                : inferred(vertex.getPreProcessor(), layer);
        if (type != null) {
          return type;
        }
      }
    }
    return null;
  }

  /** True for layers that take anything and hand on its shape. */
  private static boolean keepsShape(Layer layer) {
    return layer instanceof BatchNormalization
        || layer instanceof DropoutLayer
        || layer instanceof ActivationLayer
        || layer instanceof PReLULayer
        || layer instanceof LocalResponseNormalization
        || layer instanceof MaskLayer;
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
    if (layer instanceof BaseRecurrentLayer recurrent) {
      return InputType.recurrent(recurrent.getNIn(), recurrent.getRnnDataFormat());
    }
    boolean flat = layer instanceof FeedForwardLayer && !(layer instanceof ConvolutionLayer);
    return flat ? InputType.feedForward(((FeedForwardLayer) layer).getNIn()) : null;
  }
}
