package org.dl4jtt.surgery;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.dl4jtt.constraint.LayerForm;
import org.dl4jtt.layers.convert.ConvertedLayer;
import org.dl4jtt.layers.convert.OutputSplit;
import org.dl4jtt.layers.convert.TensorLayers;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.NetworkLayer;
import org.dl4jtt.plan.PlannedWeight;
import org.dl4jtt.tensor.FactoredWeight;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tensor layers that a plan asks for, by the names of the layers they replace. */
final class TensorReplacements {
  private static final Logger LOG = LoggerFactory.getLogger(TensorReplacements.class);

  private TensorReplacements() {}

  /** How the cores of one planned weight are found. */
  @FunctionalInterface
  interface Factorizer {
    FactoredWeight factor(PlannedWeight planned, INDArray weight);
  }

  /** Decomposes a weight into the form that its plan asks for. */
  static FactoredWeight decompose(PlannedWeight planned, INDArray weight) {
    try {
      LayerForm form = planned.constraint().layerForm().orElseThrow();
      return form.factor(weight);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s, weight %s: %s",
              planned.layer(),
              planned.parameter(),
              e.getMessage()),
          e);
    }
  }

  static Map<String, Replacement> of(Model network, CompressionPlan plan, Factorizer factorizer) {
    plan.checkFits(network);
    Map<String, Replacement> replacements = new LinkedHashMap<>();
    for (NetworkLayer layer : NetworkLayer.of(network)) {
      List<PlannedWeight> planned = plan.weightsOf(layer.name());
      if (planned.isEmpty()) {
        continue;
      }
      if (hasCounterpart(layer.configuration())) {
        replacements.put(layer.name(), replacement(layer, planned, factorizer));
      } else {
        LOG.warn(
            "layer {}: there is no tensor counterpart of a {}; it stays dense",
            layer.name(),
            layer.configuration().getClass().getSimpleName());
      }
    }
    return replacements;
  }

  /** True if this layer can take a tensor form. */
  static boolean hasCounterpart(Layer layer) {
    return layer instanceof OutputLayer output
        ? TensorLayers.hasTensorCounterpart(OutputSplit.of(output).dense())
        : TensorLayers.hasTensorCounterpart(layer);
  }

  private static Replacement replacement(
      NetworkLayer layer, List<PlannedWeight> planned, Factorizer factorizer) {
    Map<String, INDArray> parameters = layer.parameters();
    Map<String, FactoredWeight> factors = new LinkedHashMap<>();
    for (PlannedWeight weight : planned) {
      INDArray parameter = parameters.get(weight.parameter());
      if (parameter == null) {
        throw new IllegalArgumentException(
            "layer " + layer.name() + " has no parameter " + weight.parameter());
      }
      factors.put(weight.parameter(), factorizer.factor(weight, parameter));
    }
    if (layer.configuration() instanceof OutputLayer output) {
      OutputSplit split = OutputSplit.of(output);
      DenseLayer dense = split.dense();
      LossLayer loss = split.loss();
      dense.setLayerName(layer.name() + Replacement.SUFFIX);
      loss.setLayerName(layer.name());
      return new Replacement(TensorLayers.toTensor(dense, parameters, factors), loss);
    }
    ConvertedLayer converted = TensorLayers.toTensor(layer.configuration(), parameters, factors);
    return new Replacement(converted, null);
  }
}
