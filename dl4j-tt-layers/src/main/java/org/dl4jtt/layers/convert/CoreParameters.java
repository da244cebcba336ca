package org.dl4jtt.layers.convert;

import static org.dl4jtt.internal.Check.argument;
import static org.dl4jtt.internal.Check.present;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.dl4jtt.layers.CoreParamInitializer;
import org.dl4jtt.tensor.CoreChain;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.TensorRing;
import org.dl4jtt.tensor.TensorTrain;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Between a layer's parameters with and without cores. */
final class CoreParameters {
  /** DL4J's name of the weight that the cores replace. */
  static final String WEIGHT = DefaultParamInitializer.WEIGHT_KEY;

  /** The bias's name, with and without cores. */
  static final String BIAS = CoreParamInitializer.BIAS;

  private CoreParameters() {}

  /**
   * The factors of a layer's weight W.
   *
   * @param kind for the message: what the layer is
   * @throws IllegalArgumentException if they are not given
   */
  static FactoredWeight factors(String kind, Layer stock, Map<String, FactoredWeight> factors) {
    return present(
        factors.get(WEIGHT),
        "layer %s: %s in tensor form needs factors of its %s, given were those of %s",
        stock.getLayerName(),
        kind,
        WEIGHT,
        factors.keySet());
  }

  /** A copy of the bias, if there is one. */
  static void copyBias(Map<String, INDArray> from, Map<String, INDArray> to) {
    INDArray bias = from.get(BIAS);
    if (bias != null) {
      to.put(BIAS, bias.dup());
    }
  }

  /** Copies of the cores, by parameter name. */
  static void put(FactoredWeight weight, Map<String, INDArray> parameters) {
    for (int k = 0; k < weight.form().order(); k++) {
      parameters.put(CoreParamInitializer.CORE + k, weight.core(k).dup('c'));
    }
  }

  /** The weight whose cores are among a layer's parameters; they are copied. */
  static FactoredWeight get(
      @Nullable String layerName, @Nullable TensorForm known, Map<String, INDArray> parameters) {
    TensorForm form =
        present(known, "layer %s: its form is not known; initialise the network", layerName);
    List<Integer> modes = form.tensorization().modes();
    List<INDArray> cores = new ArrayList<>();
    for (int k = 0; k < form.order(); k++) {
      String name = CoreParamInitializer.CORE + k;
      INDArray core =
          present(
              parameters.get(name),
              "layer %s: parameter %s is missing; it has %s",
              layerName,
              name,
              parameters.keySet());
      argument(
          Arrays.equals(core.shape(), form.coreShape(k)),
          "layer %s: parameter %s has shape %s, but %s needs %s",
          layerName,
          name,
          Arrays.toString(core.shape()),
          form,
          Arrays.toString(form.coreShape(k)));
      long[] shape = {form.ranks().get(k), modes.get(k), form.ranks().get(k + 1)};
      cores.add(core.dup('c').reshape('c', shape));
    }
    CoreChain chain = form.isTrain() ? new TensorTrain(cores) : new TensorRing(cores);
    return new FactoredWeight(form.tensorization(), chain);
  }
}
