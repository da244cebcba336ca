package org.dl4jtt.admm;

import static org.dl4jtt.internal.Check.argument;
import static org.dl4jtt.internal.Check.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.dl4jtt.plan.NetworkLayer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the weights of a network that are to be constrained. */
final class ConstrainedWeights {
  private static final Logger LOG = LoggerFactory.getLogger(ConstrainedWeights.class);

  private ConstrainedWeights() {}

  /** The constrained weights that the network trains, without their states. */
  static List<ConstrainedWeight> of(
      List<Constrained> constrained, AdmmSettings settings, Model model) {
    OptimizationAlgorithm algorithm = model.conf().getOptimizationAlgo();
    state(
        algorithm == OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT,
        "the network is trained by %s, which takes no plain gradient steps;"
            + " ADMM needs optimizationAlgo(STOCHASTIC_GRADIENT_DESCENT), with any updater",
        algorithm);
    Map<String, NetworkLayer> layers = new LinkedHashMap<>();
    NetworkLayer.of(model).forEach(layer -> layers.put(layer.name(), layer));
    List<ConstrainedWeight> weights = new ArrayList<>();
    for (Constrained c : constrained) {
      NetworkLayer layer = layers.get(c.layer());
      if (layer == null) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "there is no layer \"%s\" to constrain; the network has %s",
                c.layer(),
                layers.keySet()));
      }
      Map<String, INDArray> parameters = layer.parameters();
      argument(
          parameters.containsKey(c.parameter()),
          "layer \"%s\" has no weight %s to constrain; it has %s",
          c.layer(),
          c.parameter(),
          parameters.keySet());
      if (isFrozen(layer)) {
        LOG.warn("{} is frozen: it is not trained towards its constraint", c.label());
      } else {
        weights.add(new ConstrainedWeight(c, layer, settings.weightDecay()));
      }
    }
    return weights;
  }

  /** By the running layer (a graph freezes it alone) or by the configuration, under any wrapper. */
  private static boolean isFrozen(NetworkLayer layer) {
    return layer.layer() instanceof FrozenLayer
        || layer.layer() instanceof FrozenLayerWithBackprop
        || layer.isFrozen();
  }
}
