package org.dl4jtt.examples.trial;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Outcomes of several seeds as a Markdown table: mean, and lowest to highest, in %. */
public final class OutcomeTable {
  private OutcomeTable() {}

  /** One line for each group and run, in the order of their first appearance. */
  public static String of(String groups, List<Outcome> outcomes) {
    Map<List<String>, List<Outcome>> rows = new LinkedHashMap<>();
    for (Outcome outcome : outcomes) {
      rows.computeIfAbsent(List.of(outcome.group(), outcome.run()), key -> new ArrayList<>())
          .add(outcome);
    }
    StringBuilder table = new StringBuilder();
    table.append("| ").append(groups);
    table.append(
        " | run | weights | accuracy before fine-tuning | accuracy |\n|---|---|---|---|---|\n");
    rows.forEach(
        (key, row) ->
            table.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %s | %,.0f | %s | %s |%n",
                    key.get(0),
                    key.get(1),
                    row.stream().mapToLong(Outcome::weights).average().orElse(Double.NaN),
                    percent(row, Outcome::before),
                    percent(row, Outcome::after))));
    return table.toString();
  }

  private static String percent(List<Outcome> row, ToDoubleFunction<Outcome> value) {
    DoubleSummaryStatistics s =
        row.stream().mapToDouble(value).map(v -> 100 * v).summaryStatistics();
    return s.getCount() == 1
        ? String.format(Locale.ROOT, "%.2f", s.getAverage())
        : String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", s.getAverage(), s.getMin(), s.getMax());
  }
}
