package org.dl4jtt.plan;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a network costs, layer by layer; stock and tensor layers alike.
 *
 * @param layers in the order of the network
 */
public record NetworkCost(List<LayerCost> layers) {

  /**
   * One layer.
   *
   * @param layer its name
   * @param weights all of its parameters, biases included
   * @param counted two operations for every multiply-add of its matrices and kernels, for one
   *     example; for sequences, of one step. Empty if the operations of such a layer are not
   *     counted
   * @param predicted seconds for one example (or step) of a batch, for the same; see {@link
   *     org.dl4jtt.contraction.PredictedTime}. Empty if they are not predicted
   */
  public record LayerCost(
      String layer, long weights, OptionalLong counted, OptionalDouble predicted) {

    /** Returns the operations, 0 if they are not counted. */
    public long flops() {
      return counted.orElse(0);
    }

    /** Returns the seconds, 0 if they are not predicted. */
    public double seconds() {
      return predicted.orElse(0);
    }
  }

  /** Copies the list. */
  public NetworkCost {
    layers = List.copyOf(layers);
  }

  /**
   * Counts.
   *
   * @param network an initialised MultiLayerNetwork or ComputationGraph; only read
   * @param inputTypes one for each input; may be left out where no convolution depends on them or a
   *     preprocessor at the input tells them
   * @throws IllegalArgumentException if the size of the images is not known
   */
  public static NetworkCost of(Model network, InputType... inputTypes) {
    return of(network, List.of(inputTypes), 1);
  }

  /**
   * Counts.
   *
   * @param batch examples at once, on which the predicted time of one depends
   */
  static NetworkCost of(Model network, List<InputType> inputTypes, int batch) {
    Map<String, InputType> inputs = LayerInputs.of(network, inputTypes);
    List<LayerCost> costs = new ArrayList<>();
    for (NetworkLayer layer : NetworkLayer.of(network)) {
      Map<String, INDArray> parameters = layer.parameters();
      long weights =
          parameters == null ? 0 : parameters.values().stream().mapToLong(INDArray::length).sum();
      Optional<InputType> input = Optional.ofNullable(inputs.get(layer.name()));
      costs.add(
          weights == 0
              ? new LayerCost(layer.name(), 0, OptionalLong.of(0), OptionalDouble.of(0))
              : cost(layer, weights, input, batch));
    }
    return new NetworkCost(costs);
  }

  private static LayerCost cost(
      NetworkLayer layer, long weights, Optional<InputType> input, int batch) {
    Layer inner = WrappedLayers.innermost(layer.configuration());
    argument(
        input.isPresent() || !WrappedLayers.takesImages(inner),
        "the size of the images that layer %s convolves is not known; give the network's input,"
            + " such as InputType.convolutional(height, width, channels)",
        layer.name());
    int directions = WrappedLayers.directions(layer.configuration());
    OptionalLong flops = new LayerFlops(inner, input).ofLayer();
    OptionalDouble seconds = new LayerTime(inner, input, batch).ofLayer();
    return new LayerCost(
        layer.name(),
        weights,
        flops.isEmpty() ? flops : OptionalLong.of(directions * flops.getAsLong()),
        seconds.isEmpty() ? seconds : OptionalDouble.of(directions * seconds.getAsDouble()));
  }

  /** Returns the layers whose operations are not counted. */
  public List<String> notCounted() {
    return layers.stream().filter(l -> l.counted().isEmpty()).map(LayerCost::layer).toList();
  }

  /** All parameters. */
  public long weights() {
    return layers.stream().mapToLong(LayerCost::weights).sum();
  }

  /** Operations for one example (or step), two for every multiply-add. */
  public long flops() {
    return layers.stream().mapToLong(LayerCost::flops).sum();
  }

  /** Predicted seconds of all matrices and kernels for one example (or step). */
  public double seconds() {
    return layers.stream().mapToDouble(LayerCost::seconds).sum();
  }
}
