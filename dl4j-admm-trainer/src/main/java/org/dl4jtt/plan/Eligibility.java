package org.dl4jtt.plan;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.dl4jtt.layers.TensorLayer;
import org.dl4jtt.layers.convert.OutputSplit;
import org.dl4jtt.layers.convert.StockWeights;
import org.dl4jtt.layers.convert.TensorLayers;
import org.dl4jtt.layers.convert.WeightShape;
import org.nd4j.linalg.api.ndarray.INDArray;

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
    classifiers =
        network instanceof ComputationGraph graph ? inGraph(graph, layers) : inNetwork(layers);
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

  /**
   * The output layer, or the last layer with a weight in front of a loss or a last activation.
   * Between the two may stand what has no weights, and batch norm.
   */
  private static Set<String> inNetwork(List<NetworkLayer> layers) {
    boolean behindLoss = false;
    for (int i = layers.size() - 1; i >= 0; i--) {
      NetworkLayer layer = layers.get(i);
      Layer inner = WrappedLayers.innermost(layer.configuration());
      if (isPassed(layer)) {
        behindLoss |= isLossOrActivation(inner);
      } else {
        return behindLoss || inner instanceof BaseOutputLayer ? Set.of(layer.name()) : Set.of();
      }
    }
    return Set.of();
  }

  private static Set<String> inGraph(ComputationGraph graph, List<NetworkLayer> layers) {
    Map<String, NetworkLayer> byName = new HashMap<>();
    layers.forEach(layer -> byName.put(layer.name(), layer));
    Set<String> classifiers = new HashSet<>();
    for (String output : graph.getConfiguration().getNetworkOutputs()) {
      follow(graph.getConfiguration(), byName, output, false, classifiers);
    }
    return classifiers;
  }

  /** Goes back from a vertex to the layers that the loss sees first. */
  private static void follow(
      ComputationGraphConfiguration configuration,
      Map<String, NetworkLayer> layers,
      String name,
      boolean seenLoss,
      Set<String> classifiers) {
    if (!configuration.getVertices().containsKey(name)) {
      return; // an input
    }
    NetworkLayer layer = layers.get(name);
    boolean behindLoss = seenLoss;
    if (layer != null) {
      Layer inner = WrappedLayers.innermost(layer.configuration());
      if (!isPassed(layer)) {
        if (seenLoss || inner instanceof BaseOutputLayer) {
          classifiers.add(name);
        }
        return;
      }
      behindLoss |= isLossOrActivation(inner);
    }
    for (String source : configuration.getVertexInputs().getOrDefault(name, List.of())) {
      follow(configuration, layers, source, behindLoss, classifiers);
    }
  }

  /** True for what may stand between the classifier and the loss. */
  private static boolean isPassed(NetworkLayer layer) {
    Map<String, INDArray> parameters = layer.parameters();
    Layer inner = WrappedLayers.innermost(layer.configuration());
    return parameters == null
        || parameters.isEmpty()
        || inner instanceof BatchNormalization
        || inner instanceof PReLULayer;
  }

  private static boolean isLossOrActivation(Layer layer) {
    return layer instanceof LossLayer
        || layer instanceof RnnLossLayer
        || layer instanceof CnnLossLayer
        || layer instanceof Cnn3DLossLayer
        || layer instanceof Yolo2OutputLayer
        || layer instanceof ActivationLayer;
  }
}
