package org.dl4jtt.examples.report;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The same experiment from several seeds as a Markdown table: mean, and lowest to highest. */
public final class SeedTable {
  private SeedTable() {}

  /** One line for each run. */
  public static String of(List<Report> reports) {
    StringBuilder table = new StringBuilder();
    table.append("| run | accuracy before fine-tuning | accuracy | weights | flops per image |\n");
    table.append("|---|---|---|---|---|\n");
    for (String run : reports.get(0).runs().keySet()) {
      List<RunResult> results =
          reports.stream()
              .map(report -> report.runs().get(run))
              .filter(result -> result != null)
              .toList();
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %,.0f | %,.0f |%n",
              run,
              percent(results, RunResult::accuracyBeforeFineTuning),
              percent(results, RunResult::accuracy),
              results.stream().mapToDouble(RunResult::weights).average().orElse(Double.NaN),
              results.stream()
                  .mapToDouble(RunResult::flopsPerExample)
                  .average()
                  .orElse(Double.NaN)));
    }
    return table.toString();
  }

  private static String percent(List<RunResult> results, ToDoubleFunction<RunResult> value) {
    double[] sorted = results.stream().mapToDouble(value).map(v -> 100 * v).sorted().toArray();
    double mean =
        results.stream().mapToDouble(value).map(v -> 100 * v).average().orElse(Double.NaN);
    return sorted.length == 1
        ? String.format(Locale.ROOT, "%.2f", mean)
        : String.format(
            Locale.ROOT, "%.2f (%.2f to %.2f)", mean, sorted[0], sorted[sorted.length - 1]);
  }
}
