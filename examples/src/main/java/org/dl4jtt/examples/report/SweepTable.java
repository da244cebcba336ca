package org.dl4jtt.examples.report;

import java.util.List;
import java.util.Locale;

/** Accuracy against size, as a Markdown table. */
public final class SweepTable {
  private SweepTable() {}

  /**
   * One ratio.
   *
   * @param weights of the compressed networks
   * @param directBefore accuracy of direct TT before fine-tuning
   */
  public record Row(
      double ratio,
      long weights,
      double directBefore,
      double direct,
      double admmBefore,
      double admm) {}

  /** One line for each ratio under the dense network's. */
  public static String of(double denseAccuracy, long denseWeights, List<Row> rows) {
    StringBuilder table = new StringBuilder();
    table.append(
        "| weights | 1 / | direct TT before | direct TT | ADMM before | ADMM | ADMM - dense |\n");
    table.append("|---|---|---|---|---|---|---|\n");
    table.append(
        String.format(
            Locale.ROOT,
            "| %,d (dense) | 1 | | %.2f | | | |%n",
            denseWeights,
            100 * denseAccuracy));
    for (Row row : rows) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %,d | %.3g | %.2f | %.2f | %.2f | %.2f | %+.2f |%n",
              row.weights(),
              1 / row.ratio(),
              100 * row.directBefore(),
              100 * row.direct(),
              100 * row.admmBefore(),
              100 * row.admm(),
              100 * (row.admm() - denseAccuracy)));
    }
    return table.toString();
  }
}
