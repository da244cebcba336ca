package org.dl4jtt.admm;

import static org.dl4jtt.internal.Check.argument;

import java.util.List;
import org.dl4jtt.plan.CompressionPlan;
import org.jspecify.annotations.Nullable;

/**
 * Where weights are to end.
 *
 * @param constrained the weights and their sets
 * @param plan that they are from; null if the sets are a user's own
 */
record ConstrainedPlan(List<Constrained> constrained, @Nullable CompressionPlan plan) {
  ConstrainedPlan {
    constrained = List.copyOf(constrained);
    argument(!constrained.isEmpty(), "there is nothing to constrain: the plan names no weight");
  }

  static ConstrainedPlan of(CompressionPlan plan) {
    return new ConstrainedPlan(
        plan.weights().stream()
            .map(w -> new Constrained(w.layer(), w.parameter(), w.constraint()))
            .toList(),
        plan);
  }

  /** Refuses settings that this goal cannot follow. */
  void check(AdmmSettings settings) {
    argument(
        settings.replanEvery() == 0 || (plan != null && plan.target().isPresent()),
        "replanning needs a plan with a target, such as CompressionPlan.of(net).weights(1 / 4.0);"
            + " this one holds only constraints given by hand");
  }
}
