package org.dl4jtt.compress;

import java.util.List;
import java.util.Locale;
import org.dl4jtt.admm.AdmmHistory;
import org.dl4jtt.plan.CompressionPlan;
import org.jspecify.annotations.Nullable;

/**
 * What a compression did.
 *
 * @param plan which weights, in which form; the last one, if ranks were chosen again on the way
 * @param stages sizes and scores, in order
 * @param history of ADMM
 * @param time of an example, before and after; null if the plan's target is not in time and {@link
 *     Compressor#measureTime} was not asked for
 */
public record CompressionReport(
    CompressionPlan plan,
    List<StageResult> stages,
    List<AdmmHistory.Entry> history,
    @Nullable TimePerExample time) {

  /** Copies the lists. */
  public CompressionReport {
    stages = List.copyOf(stages);
    history = List.copyOf(history);
  }

  /** The result of a stage. */
  public StageResult stage(Stage stage) {
    return stages.stream().filter(s -> s.stage() == stage).findFirst().orElseThrow();
  }

  /** A table for people. */
  @Override
  public String toString() {
    StringBuilder table = new StringBuilder("stage         weights      score    seconds\n");
    for (StageResult s : stages) {
      table.append(
          String.format(
              Locale.ROOT,
              "%-10s %10d %10.4f %10.1f%n",
              s.stage().name().toLowerCase(Locale.ROOT),
              s.weights(),
              s.score(),
              s.seconds()));
    }
    if (time != null) {
      table.append(time);
    }
    return table.toString();
  }
}
