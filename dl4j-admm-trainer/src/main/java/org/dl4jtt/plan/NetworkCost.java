package org.dl4jtt.plan;

import static org.dl4jtt.tensor.Check.argument;

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
   */
  public record LayerCost(String layer, long weights, long flops) {}

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
    return of(network, List.of(inputTypes));
  }

  static NetworkCost of(Model network, List<InputType> inputTypes) {
    Optional<Map<String, InputType>> inputs = LayerInputs.of(network, inputTypes);
    List<LayerCost> costs = new ArrayList<>();
    for (NetworkLayer layer : NetworkLayer.of(network)) {
      Optional<InputType> input = inputs.map(all -> all.get(layer.name()));
      Map<String, INDArray> parameters = layer.parameters();
      long weights =
          parameters == null ? 0 : parameters.values().stream().mapToLong(INDArray::length).sum();
      costs.add(
          new LayerCost(layer.name(), weights, weights == 0 ? 0 : flops(layer, parameters, input)));
    }
    return new NetworkCost(costs);
  }

  private static long flops(
      NetworkLayer layer, Map<String, INDArray> parameters, Optional<InputType> input) {
    Layer inner = WrappedLayers.innermost(layer.configuration());
    argument(
        input.isPresent() || !(inner instanceof ConvolutionLayer),
        "the size of the images that layer %s convolves is not known; give the network's input,"
            + " such as InputType.convolutional(height, width, channels)",
        layer.name());
    long flops = new Flops(inner, input).ofLayer(parameters);
    return layer.configuration() instanceof Bidirectional ? 2 * flops : flops;
  }

  /** All parameters. */
  public long weights() {
    return layers.stream().mapToLong(LayerCost::weights).sum();
  }

  /** Operations for one example (or step), two for every multiply-add. */
  public long flops() {
    return layers.stream().mapToLong(LayerCost::flops).sum();
  }
}
