package org.dl4jtt.layers.convert;

import static org.dl4jtt.internal.Check.argument;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.Tensorization;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One stock layer to its tensor counterpart and back: configuration and weights. Whole networks are
 * the business of model surgery.
 *
 * <p>Neither the given configuration nor the given arrays are changed or kept.
 */
public final class TensorLayers {
  /** One small class for each kind of layer. */
  private static final List<LayerConversion> CONVERSIONS =
      List.of(
          new DenseConversion(),
          new ConvConversion(),
          new LstmConversion(),
          new EmbeddingConversion(),
          new WrapperConversion());

  private TensorLayers() {}

  /** True if {@link #toTensor} has a counterpart for this stock layer. */
  public static boolean hasTensorCounterpart(Layer stock) {
    return find(c -> c.handlesStock(stock)).isPresent();
  }

  /** True if {@link #toDense} has a stock counterpart for this layer: a layer of ours. */
  public static boolean isTensorLayer(Layer layer) {
    return find(c -> c.handlesTensor(layer)).isPresent();
  }

  /**
   * The tensor counterpart of a stock layer.
   *
   * @param stock configuration of a layer with known numbers of inputs and outputs
   * @param parameters its parameters by DL4J's names
   * @param factors by parameter name, the weights that become cores; other parameters are copied
   * @throws IllegalArgumentException if there is no counterpart, or a factor does not fit
   */
  public static ConvertedLayer toTensor(
      Layer stock, Map<String, INDArray> parameters, Map<String, FactoredWeight> factors) {
    LayerConversion conversion =
        find(c -> c.handlesStock(stock))
            .orElseThrow(() -> new IllegalArgumentException(noCounterpart("tensor", stock)));
    Map<String, WeightShape> weights = StockWeights.of(stock);
    factors.forEach(
        (name, factor) -> {
          WeightShape shape = weights.get(name);
          argument(
              shape != null,
              "layer %s has no weight \"%s\" to replace; it has %s",
              stock.getLayerName(),
              name,
              weights.keySet());
          Tensorization t = factor.tensorization();
          argument(
              new WeightShape(t.outputs(), t.kernel(), t.inputs()).equals(shape),
              "layer %s: weight %s is %s, but the factors are of %s",
              stock.getLayerName(),
              name,
              shape,
              t);
        });
    return conversion.toTensor(stock, parameters, factors);
  }

  /**
   * The stock counterpart of a tensor layer.
   *
   * @param tensor configuration of a layer of ours
   * @param parameters its parameters by name
   * @throws IllegalArgumentException if this is no layer of ours
   */
  public static ConvertedLayer toDense(Layer tensor, Map<String, INDArray> parameters) {
    return find(c -> c.handlesTensor(tensor))
        .orElseThrow(() -> new IllegalArgumentException(noCounterpart("stock", tensor)))
        .toDense(tensor, parameters);
  }

  private static Optional<LayerConversion> find(Predicate<LayerConversion> predicate) {
    return CONVERSIONS.stream().filter(predicate).findFirst();
  }

  private static String noCounterpart(String kind, Layer layer) {
    return String.format(
        Locale.ROOT,
        "layer %s: there is no %s counterpart of a %s",
        layer.getLayerName(),
        kind,
        layer.getClass().getSimpleName());
  }
}
