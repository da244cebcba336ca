package org.dl4jtt.examples.report;

import java.util.Locale;
import java.util.Map;

/** The runs side by side, for people. */
public final class RunTable {
  private RunTable() {}

  /** A table in plain text, one line for each run. */
  public static String of(Map<String, RunResult> runs) {
    StringBuilder table = new StringBuilder();
    table.append(
        String.format(
            Locale.ROOT,
            "%-10s %11s %9s %9s %14s %9s %12s %12s%n",
            "",
            "before",
            "accuracy",
            "weights",
            "flops/image",
            "zip",
            "ms/image",
            "ms/image"));
    table.append(
        String.format(
            Locale.ROOT,
            "%-10s %11s %9s %9s %14s %9s %12s %12s%n",
            "run",
            "fine-tuning",
            "",
            "",
            "",
            "",
            "batch 1",
            "batch 64"));
    runs.forEach((name, run) -> table.append(line(name, run)));
    return table.toString();
  }

  private static String line(String name, RunResult run) {
    return String.format(
        Locale.ROOT,
        "%-10s %9.2f %% %7.2f %% %,9d %,14d %6d kB %12.3f %12.3f%n",
        name,
        100 * run.accuracyBeforeFineTuning(),
        100 * run.accuracy(),
        run.weights(),
        run.flopsPerExample(),
        Math.round(run.zipBytes() / 1000.0),
        run.millisPerExample().getOrDefault("1", Double.NaN),
        run.millisPerExample().getOrDefault("64", Double.NaN));
  }
}
