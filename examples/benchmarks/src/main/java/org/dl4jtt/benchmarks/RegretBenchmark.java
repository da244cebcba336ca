package org.dl4jtt.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.dl4jtt.internal.files.WholeFile;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How much slower the planner's choice is than the best plan, as measured: its regret, chosen /
 * best, for matrices and convolutions of several shapes and batches.
 *
 * <pre>
 *   examples/benchmarks/run RegretBenchmark
 * </pre>
 *
 * <p>Of a convolution every plan is measured. A matrix of d cores has 2^d; of these are measured
 * the choice, the {@value MatrixRegret#CHEAPEST} that are predicted to be the cheapest, the chains
 * core by core and the halves from both ends, and the full matrix. Plans take turns, and each
 * counts with its fastest call, so that another program's load strikes all alike. Where one is
 * faster than the choice by more than the limit, both are measured again, side by side and for
 * longer, and that counts. The exit status is 1 if a regret is above {@value #LIMIT}.
 */
@Command(
    name = "regret",
    mixinStandardHelpOptions = true,
    description = "Compares the planner's choice with the best measured plan.")
public final class RegretBenchmark implements Callable<Integer> {
  static final double LIMIT = 1.3;

  private static final int WARM_UP = 2;
  private static final int LEAST_TURNS = 3;

  /** In a row: what the plan before left behind in caches and threads strikes the first of them. */
  private static final int CALLS = 3;

  /** How much longer plans are measured that were faster than the choice by more than the limit. */
  private static final double AGAIN = 4;

  /** A way to do the work, and what the planner thinks of it. */
  record Candidate(String plan, double predictedMilliseconds, boolean isChosen, Runnable work) {}

  private record Timed(Candidate plan, double milliseconds) {}

  /** The work to be planned. */
  record Case(String name, List<Candidate> candidates) {}

  /** What was measured for one case. */
  record Regret(
      String name,
      String chosen,
      double chosenMilliseconds,
      double predictedMilliseconds,
      String best,
      double bestMilliseconds,
      double regret,
      int plansMeasured) {}

  @Option(
      names = "--milliseconds",
      defaultValue = "20",
      description = "How long each plan is measured, at least (default: ${DEFAULT-VALUE}).")
  private double milliseconds;

  @Option(
      names = "--only",
      defaultValue = ".*",
      description = "Regular expression for the cases, as in 'matrix 1024.*' or 'convolution.*'.")
  private String only = ".*";

  @Option(
      names = "--out",
      defaultValue = "target/benchmarks",
      description = "Directory of regret.json and regret.txt (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("target", "benchmarks");

  public static void main(String[] args) {
    System.exit(new CommandLine(new RegretBenchmark()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    List<Regret> regrets = new ArrayList<>();
    List<String> names = new ArrayList<>(MatrixRegret.names());
    names.addAll(ConvolutionRegret.names());
    for (String name : names) {
      if (name.matches(only)) {
        regrets.add(
            measure(MatrixRegret.isOne(name) ? MatrixRegret.of(name) : ConvolutionRegret.of(name)));
      }
    }
    String table = table(regrets);
    Files.createDirectories(out);
    WholeFile.write(out.resolve("regret.txt"), table);
    ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    WholeFile.write(out.resolve("regret.json"), json.writeValueAsString(regrets));
    System.out.println(table);
    return regrets.stream().allMatch(r -> r.regret <= LIMIT) ? 0 : 1;
  }

  private Regret measure(Case work) {
    List<Timed> times = fastest(work.candidates, milliseconds);
    double bound = chosen(times).milliseconds / LIMIT;
    List<Candidate> doubted =
        times.stream()
            .filter(t -> t.plan.isChosen || t.milliseconds < bound)
            .map(Timed::plan)
            .toList();
    if (doubted.size() > 1) { // of many plans one was the fastest by chance, perhaps
      times = fastest(doubted, AGAIN * milliseconds);
    }
    Timed chosen = chosen(times);
    Timed best = Collections.min(times, Comparator.comparingDouble(Timed::milliseconds));
    return new Regret(
        work.name,
        chosen.plan.plan,
        chosen.milliseconds,
        chosen.plan.predictedMilliseconds,
        best.plan.plan,
        best.milliseconds,
        chosen.milliseconds / best.milliseconds,
        work.candidates.size());
  }

  private static Timed chosen(List<Timed> times) {
    return times.stream().filter(t -> t.plan.isChosen).findFirst().orElseThrow();
  }

  /** The fastest call of each plan. */
  private static List<Timed> fastest(List<Candidate> plans, double milliseconds) {
    double[] least = new double[plans.size()];
    Arrays.fill(least, Double.POSITIVE_INFINITY);
    double spent = 0;
    // The first turns are a warm-up for memory and compiler.
    for (int turn = -WARM_UP; turn < LEAST_TURNS || spent < milliseconds * plans.size(); turn++) {
      for (int k = 0; k < plans.size(); k++) {
        for (int call = 0; call < CALLS; call++) {
          double time = milliseconds(plans.get(k).work, "regret " + k);
          if (turn >= 0) {
            least[k] = Math.min(least[k], time);
            spent += time;
          }
        }
      }
    }
    Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
    return IntStream.range(0, least.length)
        .mapToObj(k -> new Timed(plans.get(k), least[k]))
        .toList();
  }

  @SuppressWarnings("try") // an open workspace takes what is allocated; nothing calls it
  private static double milliseconds(Runnable work, String workspace) {
    try (MemoryWorkspace open =
        Nd4j.getWorkspaceManager()
            .getAndActivateWorkspace(WorkspaceConfiguration.builder().build(), workspace)) {
      long start = System.nanoTime();
      work.run();
      return (System.nanoTime() - start) / 1e6;
    }
  }

  private static String table(List<Regret> regrets) {
    StringBuilder table = new StringBuilder();
    table.append(
        String.format(
            Locale.ROOT,
            "%-62s %7s %10s %10s %10s  %s%n",
            "case",
            "regret",
            "chosen ms",
            "predicted",
            "best ms",
            "chosen | best"));
    for (Regret r : regrets) {
      table.append(
          String.format(
              Locale.ROOT,
              "%-62s %7.2f %10.3f %10.3f %10.3f  %s%s%n",
              r.name,
              r.regret,
              r.chosenMilliseconds,
              r.predictedMilliseconds,
              r.bestMilliseconds,
              r.chosen,
              r.best.equals(r.chosen) ? "" : " | " + r.best));
    }
    return table.toString();
  }
}
