package org.dl4jtt.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BudgetTest {
  @Test
  void spend_keepsToTheBudget_andComesNearTheBestOfAllChoices() {
    Random random = new Random(7);
    for (int trial = 0; trial < 50; trial++) {
      List<List<WeightForm>> weights = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        weights.add(convex(random));
      }
      double budget = BudgetSolver.least(weights) * (1 + 2 * random.nextDouble());

      List<WeightForm> chosen = BudgetSolver.spend(weights, budget);

      assertThat(BudgetSolver.cost(chosen)).isLessThanOrEqualTo(budget);
      double energy = chosen.stream().mapToDouble(WeightForm::loss).sum();
      double best = best(weights, 0, budget);
      // Lagrangian choices leave at most one step of one weight on the table.
      double step = weights.stream().mapToDouble(BudgetTest::largestStep).max().orElseThrow();
      assertThat(energy).isBetween(best - 1e-12, best + step);
    }
  }

  @Test
  void spend_everythingFits_nothingIsCut() {
    List<WeightForm> options = List.of(new WeightForm(null, 0, 100), new WeightForm(null, 0.5, 10));
    assertThat(BudgetSolver.spend(List.of(options, options), 200))
        .containsExactly(options.get(0), options.get(0));
  }

  @Test
  void spend_givesToTheWeightThatNeedsIt() {
    List<WeightForm> lowRank =
        List.of(new WeightForm(null, 0, 100), new WeightForm(null, 1e-9, 20));
    List<WeightForm> full = List.of(new WeightForm(null, 0, 100), new WeightForm(null, 0.5, 20));
    assertThat(BudgetSolver.spend(List.of(lowRank, full), 120))
        .containsExactly(lowRank.get(1), full.get(0));
  }

  private static List<WeightForm> convex(Random random) {
    List<WeightForm> options = new ArrayList<>();
    double cost = 5 + random.nextInt(5);
    double energy = 1;
    for (int i = 0; i < 6; i++) {
      options.add(new WeightForm(null, energy, cost));
      cost += 1 + random.nextInt(10);
      energy *= 0.3 + 0.4 * random.nextDouble();
    }
    return options;
  }

  private static double largestStep(List<WeightForm> options) {
    double step = 0;
    for (int i = 1; i < options.size(); i++) {
      step = Math.max(step, options.get(i - 1).loss() - options.get(i).loss());
    }
    return step;
  }

  private static double best(List<List<WeightForm>> weights, int i, double budget) {
    if (budget < 0) {
      return Double.POSITIVE_INFINITY;
    }
    if (i == weights.size()) {
      return 0;
    }
    return weights.get(i).stream()
        .mapToDouble(o -> o.loss() + best(weights, i + 1, budget - o.cost()))
        .min()
        .orElseThrow();
  }
}
