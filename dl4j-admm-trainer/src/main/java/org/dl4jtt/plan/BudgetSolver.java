package org.dl4jtt.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One option for every weight: the least loss ({@link WeightForm#loss}), summed over all weights,
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
final class BudgetSolver {
  private static final int BISECTIONS = 200;

  private BudgetSolver() {}

  /** The cost of the cheapest options together. */
  static double least(List<List<WeightForm>> weights) {
    return weights.stream().mapToDouble(options -> cheapest(options).cost()).sum();
  }

  /**
   * One option for each weight.
   *
   * @param weights the options of each; at least one
   * @param budget at least {@link #least}
   */
  static List<WeightForm> spend(List<List<WeightForm>> weights, double budget) {
    double low = 0;
    double high = 1;
    while (cost(choose(weights, high)) > budget && high < 1e30) {
      high *= 16;
    }
    List<WeightForm> best = choose(weights, high);
    if (cost(best) > budget) {
      best = weights.stream().map(BudgetSolver::cheapest).toList();
    } else {
      for (int i = 0; i < BISECTIONS; i++) {
        double middle = (low + high) / 2;
        List<WeightForm> chosen = choose(weights, middle);
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

  private static List<WeightForm> choose(List<List<WeightForm>> weights, double lambda) {
    return weights.stream()
        .map(
            options ->
                options.stream()
                    .min(
                        Comparator.comparingDouble(
                                (WeightForm option) -> option.loss() + lambda * option.cost())
                            .thenComparingDouble(WeightForm::cost))
                    .orElseThrow())
        .toList();
  }

  /** Spends what is left: the swap that saves most loss for its cost, until none fits. */
  private static List<WeightForm> fill(
      List<List<WeightForm>> weights, List<WeightForm> start, double budget) {
    List<WeightForm> chosen = new ArrayList<>(start);
    while (true) {
      double slack = budget - cost(chosen);
      int where = -1;
      WeightForm better = null;
      double most = 0;
      for (int i = 0; i < chosen.size(); i++) {
        WeightForm now = chosen.get(i);
        for (WeightForm option : weights.get(i)) {
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

  static double cost(List<WeightForm> options) {
    return options.stream().mapToDouble(WeightForm::cost).sum();
  }

  private static WeightForm cheapest(List<WeightForm> options) {
    return options.stream()
        .min(Comparator.comparingDouble(WeightForm::cost).thenComparingDouble(WeightForm::energy))
        .orElseThrow();
  }
}
