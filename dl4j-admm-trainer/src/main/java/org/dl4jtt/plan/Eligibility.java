package org.dl4jtt.plan;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.dl4jtt.layers.TensorLayer;
import org.dl4jtt.layers.convert.OutputSplit;
import org.dl4jtt.layers.convert.StockWeights;
import org.dl4jtt.layers.convert.TensorLayers;
import org.dl4jtt.layers.convert.WeightShape;

/** Which layers a plan leaves alone unless they are asked for by name, and why. */
final class Eligibility {
  private final PlanSettings settings;
  private final Optional<String> firstConvolution;
  private final Set<String> classifiers;

  Eligibility(Model network, List<NetworkLayer> layers, PlanSettings settings) {
    this.settings = settings;
    firstConvolution =
        layers.stream()
            .filter(
                l ->
                    StockWeights.of(l.configuration()).values().stream()
                        .anyMatch(shape -> !shape.kernel().isEmpty()))
            .map(NetworkLayer::name)
            .findFirst();
    classifiers = network instanceof ComputationGraph graph ? inGraph(graph) : inNetwork(layers);
  }

  /** Empty if the layer may be compressed, or has no parameters to speak of. */
  Optional<String> whyNot(NetworkLayer layer) {
    Layer configuration = layer.configuration();
    Layer inner = WrappedLayers.innermost(configuration);
    Map<String, WeightShape> shapes = StockWeights.of(configuration);
    if (layer.parameters() == null || layer.parameters().isEmpty()) {
      return Optional.empty();
    }
    if (inner instanceof TensorLayer) {
      return Optional.of("already in tensor form");
    }
    if (shapes.isEmpty()) {
      return Optional.of(
          "a " + inner.getClass().getSimpleName() + " has no weight that could be a tensor");
    }
    if (settings.excluded().contains(layer.name())) {
      return Optional.of("excluded");
    }
    if (!hasCounterpart(configuration)) {
      return Optional.of("there is no tensor counterpart of a " + inner.getClass().getSimpleName());
    }
    if (settings.included().contains(layer.name())) {
      return Optional.empty();
    }
    if (WrappedLayers.isFrozen(configuration)) {
      return Optional.of("frozen");
    }
    if (firstConvolution.equals(Optional.of(layer.name()))) {
      return Optional.of("the first convolution: few weights, and all else sees through it");
    }
    if (classifiers.contains(layer.name())) {
      return Optional.of("the classifier");
    }
    long weights = shapes.values().stream().mapToLong(Eligibility::weights).sum();
    return weights < PlanSettings.TINY
        ? Optional.of("only " + weights + " weights")
        : Optional.empty();
  }

  private static boolean hasCounterpart(Layer layer) {
    return layer instanceof OutputLayer output
        ? TensorLayers.hasTensorCounterpart(OutputSplit.of(output).dense())
        : TensorLayers.hasTensorCounterpart(layer);
  }

  private static long weights(WeightShape shape) {
    return shape.kernel().stream().mapToLong(k -> k).reduce(1, (a, b) -> a * b)
        * shape.outputs()
        * shape.inputs();
  }

  /** The output layer, or the last layer with weights in front of a loss. */
  private static Set<String> inNetwork(List<NetworkLayer> layers) {
    for (int i = layers.size() - 1; i >= 0; i--) {
      if (!isLossOrActivation(layers.get(i).configuration())) {
        boolean ends = layers.get(i).configuration() instanceof BaseOutputLayer;
        return ends || i < layers.size() - 1 ? Set.of(layers.get(i).name()) : Set.of();
      }
    }
    return Set.of();
  }

  private static Set<String> inGraph(ComputationGraph graph) {
    Set<String> classifiers = new HashSet<>();
    var configuration = graph.getConfiguration();
    for (String output : configuration.getNetworkOutputs()) {
      String name = output;
      boolean behindLoss = false;
      while (configuration.getVertices().get(name) instanceof LayerVertex vertex) {
        Layer layer = vertex.getLayerConf().getLayer();
        if (isLossOrActivation(layer)) {
          behindLoss = true;
          name = configuration.getVertexInputs().getOrDefault(name, List.of("")).get(0);
          continue;
        }
        if (behindLoss || layer instanceof BaseOutputLayer) {
          classifiers.add(name);
        }
        break;
      }
    }
    return classifiers;
  }

  private static boolean isLossOrActivation(Layer layer) {
    return layer instanceof LossLayer
        || layer instanceof RnnLossLayer
        || layer instanceof CnnLossLayer
        || layer instanceof ActivationLayer;
  }
}
