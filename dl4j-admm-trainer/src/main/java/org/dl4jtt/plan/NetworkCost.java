package org.dl4jtt.plan;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
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
   * @param flops for one example, two for every multiply-add of its matrices and kernels; for
   *     sequences, of one step
   * @param seconds for one example (or step) of a batch, predicted for the same; see {@link
   *     org.dl4jtt.contraction.PredictedTime}
   */
  public record LayerCost(String layer, long weights, long flops, double seconds) {}

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
    Optional<Map<String, InputType>> inputs = LayerInputs.of(network, inputTypes);
    List<LayerCost> costs = new ArrayList<>();
    for (NetworkLayer layer : NetworkLayer.of(network)) {
      Optional<InputType> input = inputs.map(all -> all.get(layer.name()));
      Map<String, INDArray> parameters = layer.parameters();
      long weights =
          parameters == null ? 0 : parameters.values().stream().mapToLong(INDArray::length).sum();
      costs.add(
          weights == 0
              ? new LayerCost(layer.name(), 0, 0, 0)
              : cost(layer, weights, parameters, input, batch));
    }
    return new NetworkCost(costs);
  }

  private static LayerCost cost(
      NetworkLayer layer,
      long weights,
      Map<String, INDArray> parameters,
      Optional<InputType> input,
      int batch) {
    Layer inner = WrappedLayers.innermost(layer.configuration());
    argument(
        input.isPresent() || !(inner instanceof ConvolutionLayer),
        "the size of the images that layer %s convolves is not known; give the network's input,"
            + " such as InputType.convolutional(height, width, channels)",
        layer.name());
    int directions = layer.configuration() instanceof Bidirectional ? 2 : 1;
    return new LayerCost(
        layer.name(),
        weights,
        directions * new LayerFlops(inner, input).ofLayer(parameters),
        directions * new LayerTime(inner, input, batch).ofLayer(parameters));
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
