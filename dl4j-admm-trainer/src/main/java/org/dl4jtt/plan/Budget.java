package org.dl4jtt.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One option for every weight: the least loss ({@link Option#loss}), summed over all weights,
 * within a total cost.
 *
 * <p>One multiplier λ for all, bisected: each weight takes the option of least loss + λ cost, and
 * the smallest λ that keeps to the budget wins (Lagrangian relaxation: the solution is optimal
 * among all of its cost). What it leaves of the budget is then spent, step by step, where a unit of
 * cost saves most loss.
 *
 * <p>The energies are relative to each weight's own norm, so that a layer counts as much as another
 * whatever its scale: batch norm, or the next layer, divides the scale out again.
 */
final class Budget {
  private static final int BISECTIONS = 200;

  private Budget() {}

  /** The cost of the cheapest options together. */
  static double least(List<List<Option>> weights) {
    return weights.stream().mapToDouble(options -> cheapest(options).cost()).sum();
  }

  /**
   * One option for each weight.
   *
   * @param weights the options of each; at least one
   * @param budget at least {@link #least}
   */
  static List<Option> spend(List<List<Option>> weights, double budget) {
    double low = 0;
    double high = 1;
    while (cost(choose(weights, high)) > budget && high < 1e30) {
      high *= 16;
    }
    List<Option> best = choose(weights, high);
    if (cost(best) > budget) {
      best = weights.stream().map(Budget::cheapest).toList();
    } else {
      for (int i = 0; i < BISECTIONS; i++) {
        double middle = (low + high) / 2;
        List<Option> chosen = choose(weights, middle);
        if (cost(chosen) <= budget) {
          best = chosen;
          high = middle;
        } else {
          low = middle;
        }
      }
    }
    return fill(weights, best, budget);
  }

  private static List<Option> choose(List<List<Option>> weights, double lambda) {
    return weights.stream()
        .map(
            options ->
                options.stream()
                    .min(
                        Comparator.comparingDouble(
                                (Option option) -> option.loss() + lambda * option.cost())
                            .thenComparingDouble(Option::cost))
                    .orElseThrow())
        .toList();
  }

  /** Spends what is left: the swap that saves most loss for its cost, until none fits. */
  private static List<Option> fill(List<List<Option>> weights, List<Option> start, double budget) {
    List<Option> chosen = new ArrayList<>(start);
    while (true) {
      double slack = budget - cost(chosen);
      int where = -1;
      Option better = null;
      double most = 0;
      for (int i = 0; i < chosen.size(); i++) {
        Option now = chosen.get(i);
        for (Option option : weights.get(i)) {
          double extra = option.cost() - now.cost();
          double saved = now.loss() - option.loss();
          double worth = saved / Math.max(extra, 1e-9);
          if (saved > 0 && extra <= slack && worth > most) {
            most = worth;
            where = i;
            better = option;
          }
        }
      }
      if (better == null) {
        return List.copyOf(chosen);
      }
      chosen.set(where, better);
    }
  }

  static double cost(List<Option> options) {
    return options.stream().mapToDouble(Option::cost).sum();
  }

  private static Option cheapest(List<Option> options) {
    return options.stream()
        .min(Comparator.comparingDouble(Option::cost).thenComparingDouble(Option::energy))
        .orElseThrow();
  }
}
