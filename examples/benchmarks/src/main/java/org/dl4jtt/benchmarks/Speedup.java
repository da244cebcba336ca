package org.dl4jtt.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * How many times faster a contender is than the first of its row.
 *
 * @param row benchmark and parameters, without the contender
 * @param contender who computed
 * @param milliseconds time per call
 * @param error of the time, half the width of its 95 % confidence interval; NaN from a single
 *     measurement
 * @param ratio time of the first contender / this time
 * @param ratioError of the ratio, from the errors of both times taken as independent
 * @param rate billions of floating-point operations in a second, see {@link Operations}; null where
 *     they are not counted
 */
record Speedup(
    String row,
    String contender,
    double milliseconds,
    double error,
    double ratio,
    double ratioError,
    @Nullable Double rate) {
  private static final double CONFIDENCE = 0.95;

  private static final String CONTENDER = "contender";

  static List<Speedup> of(Collection<RunResult> results) {
    Map<String, List<RunResult>> rows = new LinkedHashMap<>();
    for (RunResult result : results) {
      rows.computeIfAbsent(row(result.getParams()), key -> new ArrayList<>()).add(result);
    }
    List<Speedup> ratios = new ArrayList<>();
    rows.forEach(
        (row, contenders) -> {
          Result<?> base = contenders.get(0).getPrimaryResult();
          for (RunResult contender : contenders) {
            Result<?> time = contender.getPrimaryResult();
            double ratio = base.getScore() / time.getScore();
            double relative = Math.hypot(relativeError(base), relativeError(time));
            ratios.add(
                new Speedup(
                    row,
                    contender.getParams().getParam(CONTENDER),
                    time.getScore(),
                    error(time),
                    ratio,
                    time == base ? 0 : ratio * relative,
                    rate(contender.getParams(), time.getScore())));
          }
        });
    return ratios;
  }

  private static @Nullable Double rate(BenchmarkParams params, double milliseconds) {
    double operations = Operations.of(params);
    return Double.isNaN(operations) ? null : operations / milliseconds / 1e6;
  }

  private static double relativeError(Result<?> time) {
    return error(time) / time.getScore();
  }

  private static double error(Result<?> time) {
    return time.getStatistics().getMeanErrorAt(CONFIDENCE);
  }

  private static String row(BenchmarkParams params) {
    String name = params.getBenchmark();
    int method = name.lastIndexOf('.');
    StringBuilder row = new StringBuilder(name.substring(name.lastIndexOf('.', method - 1) + 1));
    for (String key : params.getParamsKeys()) {
      if (!key.equals(CONTENDER)) {
        row.append(' ').append(key).append('=').append(params.getParam(key));
      }
    }
    return row.toString();
  }

  /** Whether every row of a benchmark has as many contenders as its longest. */
  static boolean isComplete(List<Speedup> ratios) {
    Map<String, Map<String, Integer>> rows = new LinkedHashMap<>();
    for (Speedup r : ratios) {
      String benchmark = r.row.split(" ", 2)[0];
      rows.computeIfAbsent(benchmark, key -> new LinkedHashMap<>()).merge(r.row, 1, Integer::sum);
    }
    return !ratios.isEmpty()
        && rows.values().stream().allMatch(counts -> Set.copyOf(counts.values()).size() == 1);
  }

  static String table(List<Speedup> ratios) {
    StringBuilder table = new StringBuilder();
    table.append(
        String.format(
            Locale.ROOT,
            "%-66s %-12s %12s %18s %10s%n",
            "benchmark",
            "contender",
            "ms",
            "times faster",
            "GFLOP/s"));
    String previous = "";
    for (Speedup r : ratios) {
      table.append(
          String.format(
              Locale.ROOT,
              "%-66s %-12s %12.3f %9.2f ± %6.2f %10s%n",
              r.row.equals(previous) ? "" : r.row,
              r.contender,
              r.milliseconds,
              r.ratio,
              r.ratioError,
              r.rate == null ? "" : String.format(Locale.ROOT, "%.1f", r.rate)));
      previous = r.row;
    }
    return table.toString();
  }
}
