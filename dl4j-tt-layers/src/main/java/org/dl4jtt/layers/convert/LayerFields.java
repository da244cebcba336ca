package org.dl4jtt.layers.convert;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that a layer inherits from DL4J's base classes, copied to its counterpart. */
final class LayerFields {
  private static final Logger LOG = LoggerFactory.getLogger(LayerFields.class);

  private LayerFields() {}

  /**
   * Name, dropout, activation, initialisation, regularisation, updaters, noise, gradient clipping,
   * numbers of inputs and outputs. Constraints stay on the parameters of {@code kept}; one on a
   * replaced weight cannot be said of its factors, and is dropped with a warning.
   *
   * @param kept names of the parameters that both layers have, such as the bias
   */
  static void copy(FeedForwardLayer from, FeedForwardLayer to, Set<String> kept) {
    to.setNIn(from.getNIn());
    to.setNOut(from.getNOut());
    to.setTimeDistributedFormat(from.getTimeDistributedFormat());
    copyBase(from, to);
    to.setConstraints(constraints(from, kept));
  }

  private static void copyBase(BaseLayer from, BaseLayer to) {
    to.setLayerName(from.getLayerName());
    to.setIDropout(from.getIDropout() == null ? null : from.getIDropout().clone());
    to.setActivationFn(from.getActivationFn());
    to.setWeightInitFn(from.getWeightInitFn());
    to.setBiasInit(from.getBiasInit());
    to.setGainInit(from.getGainInit());
    to.setRegularization(copies(from.getRegularization()));
    to.setRegularizationBias(copies(from.getRegularizationBias()));
    to.setIUpdater(from.getIUpdater() == null ? null : from.getIUpdater().clone());
    to.setBiasUpdater(from.getBiasUpdater() == null ? null : from.getBiasUpdater().clone());
    to.setWeightNoise(from.getWeightNoise() == null ? null : from.getWeightNoise().clone());
    to.setGradientNormalization(from.getGradientNormalization());
    to.setGradientNormalizationThreshold(from.getGradientNormalizationThreshold());
  }

  private static @Nullable List<Regularization> copies(@Nullable List<Regularization> from) {
    return from == null ? null : new ArrayList<>(from.stream().map(Regularization::clone).toList());
  }

  private static @Nullable List<LayerConstraint> constraints(Layer from, Set<String> kept) {
    if (from.getConstraints() == null) {
      return null;
    }
    List<LayerConstraint> constraints = new ArrayList<>();
    for (LayerConstraint constraint : from.getConstraints()) {
      Set<String> params = new HashSet<>(constraint.getParams());
      params.retainAll(kept);
      if (!params.equals(constraint.getParams())) {
        LOG.warn(
            "layer {}: {} on {} does not carry over to a weight in another form; it is dropped",
            from.getLayerName(),
            constraint.getClass().getSimpleName(),
            constraint.getParams());
      }
      if (!params.isEmpty()) {
        LayerConstraint copy = constraint.clone();
        copy.setParams(params);
        constraints.add(copy);
      }
    }
    return constraints.isEmpty() ? null : constraints;
  }
}
