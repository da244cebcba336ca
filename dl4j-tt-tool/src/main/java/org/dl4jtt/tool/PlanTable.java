package org.dl4jtt.tool;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.LeftAlone;
import org.dl4jtt.plan.PlannedWeight;

/** A plan as text. */
final class PlanTable {
  private PlanTable() {}

  /**
   * One line for each weight, then what stays and why.
   *
   * @param flops whether the operations are known
   */
  static String of(CompressionPlan plan, boolean flops) {
    TextTable table =
        new TextTable("layer", "weight", "weights", "after", "flops", "after", "ranks", "error");
    for (PlannedWeight w : plan.weights()) {
      table.row(
          w.layer(),
          w.parameter(),
          NumberFormats.whole(w.weightsBefore()),
          NumberFormats.whole(w.weightsAfter()),
          flops ? NumberFormats.whole(w.flopsBefore()) : "?",
          flops ? NumberFormats.whole(w.flopsAfter()) : "?",
          ranks(w.form().ranks()),
          String.format(Locale.ROOT, "%.3f", w.relativeError()));
    }
    StringBuilder text = new StringBuilder(table.toString());
    for (LeftAlone left : plan.leftAlone()) {
      if (goesWithoutSaying(left)) {
        continue;
      }
      text.append(left.layer()).append(" stays: ").append(left.reason()).append('\n');
    }
    for (PlannedWeight slower : plan.slower()) {
      text.append(slower.layer()).append(" gets slower at the plan's batch, as predicted\n");
    }
    long before = plan.networkWeightsBefore();
    long after = plan.networkWeightsAfter();
    return text.append(
            String.format(
                Locale.ROOT,
                "%s of %s weights, 1/%.1f%n",
                NumberFormats.whole(after),
                NumberFormats.whole(before),
                (double) before / after))
        .toString();
  }

  /** Batch norm and the like. */
  static boolean goesWithoutSaying(LeftAlone left) {
    return left.reason().contains("has no weight that could be a tensor");
  }

  static String ranks(List<Integer> ranks) {
    return ranks.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }
}
