package org.dl4jtt.plan;

import static org.dl4jtt.tensor.Check.argument;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.layers.convert.StockWeights;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;

/** Collects what a {@link CompressionPlan} must keep to, then makes it. */
public final class PlanBuilder {
  private final Model network;
  private final Map<String, Map<String, TensorForm>> explicit = new LinkedHashMap<>();
  private final Set<String> excluded = new LinkedHashSet<>();
  private @Nullable Double weightsRatio;

  PlanBuilder(Model network) {
    this.network = network;
  }

  /**
   * The network's parameters after compression over those before, all of them counted: weights,
   * biases, batch norm, layers that stay dense.
   */
  public PlanBuilder weights(double ratio) {
    argument(
        ratio > 0 && ratio <= 1, "weights(%s): the ratio after / before is between 0 and 1", ratio);
    weightsRatio = ratio;
    return this;
  }

  /** This layer's weight "W" in exactly this form. */
  public PlanBuilder layer(String layer, TensorForm form) {
    return layer(layer, "W", form);
  }

  /** This weight in exactly this form. */
  public PlanBuilder layer(String layer, String parameter, TensorForm form) {
    explicit.computeIfAbsent(layer, name -> new LinkedHashMap<>()).put(parameter, form);
    return this;
  }

  /** Leaves this layer alone. */
  public PlanBuilder exclude(String layer) {
    excluded.add(layer);
    return this;
  }

  /**
   * Makes the plan.
   *
   * @throws IllegalArgumentException if a named layer does not exist, a form does not fit its
   *     weight, or the target is out of reach
   */
  public CompressionPlan build() {
    argument(weightsRatio == null || !explicit.isEmpty(), "not yet");
    List<PlannedWeight> weights = new ArrayList<>();
    List<LeftAlone> left = new ArrayList<>();
    for (NetworkLayer layer : NetworkLayer.of(network)) {
      Map<String, TensorForm> forms = explicit.getOrDefault(layer.name(), Map.of());
      forms.forEach(
          (name, form) -> weights.add(new PlannedWeight(layer.name(), name, form, 0, 0, 0)));
      if (forms.isEmpty() && !StockWeights.of(layer.configuration()).isEmpty()) {
        left.add(new LeftAlone(layer.name(), "not asked for"));
      }
    }
    CompressionPlan plan = new CompressionPlan(network.numParams(), weights, left);
    plan.checkFits(network);
    return plan;
  }
}
