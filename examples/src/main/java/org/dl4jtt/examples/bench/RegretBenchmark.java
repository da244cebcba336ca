package org.dl4jtt.examples.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
 *   examples/run bench.RegretBenchmark
 * </pre>
 *
 * <p>Of a convolution every plan is measured. A matrix of d cores has 2^d; of these are measured
 * the choice, the {@value MatrixRegret#CHEAPEST} that are predicted to be the cheapest, the chains
 * core by core and the halves from both ends, and the full matrix. Plans take turns, and each
 * counts with its fastest call, so that another program's load strikes all alike. The exit status
 * is 1 if a regret is above {@value #LIMIT}.
 */
@Command(
    name = "regret",
    mixinStandardHelpOptions = true,
    description = "Compares the planner's choice with the best measured plan.")
public final class RegretBenchmark implements Callable<Integer> {
  static final double LIMIT = 1.3;

  /** A way to do the work, and what the planner thinks of it. */
  record Candidate(String plan, double predictedMilliseconds, boolean isChosen, Runnable work) {}

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
    Files.writeString(out.resolve("regret.txt"), table);
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(out.resolve("regret.json").toFile(), regrets);
    System.out.println(table);
    return regrets.stream().allMatch(r -> r.regret <= LIMIT) ? 0 : 1;
  }

  @SuppressWarnings("try") // an open workspace takes what is allocated; nothing calls it
  private Regret measure(Case work) {
    List<Candidate> plans = work.candidates;
    double[] least = new double[plans.size()];
    WorkspaceConfiguration configuration = WorkspaceConfiguration.builder().build();
    String workspace = "regret " + work.name + " ";
    java.util.Arrays.fill(least, Double.POSITIVE_INFINITY);
    double[] spent = new double[plans.size()];
    // At least three turns each; the first is a warm-up for memory and compiler.
    for (int turn = 0; turn < 4 || (turn < 200 && spent[0] < milliseconds); turn++) {
      for (int k = 0; k < plans.size(); k++) {
        try (MemoryWorkspace open =
            Nd4j.getWorkspaceManager().getAndActivateWorkspace(configuration, workspace + k)) {
          long start = System.nanoTime();
          plans.get(k).work.run();
          double time = (System.nanoTime() - start) / 1e6;
          spent[k] += time;
          least[k] = turn == 0 ? least[k] : Math.min(least[k], time);
        }
      }
    }
    Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
    int best = 0;
    int chosen = 0;
    for (int k = 0; k < plans.size(); k++) {
      best = least[k] < least[best] ? k : best;
      chosen = plans.get(k).isChosen ? k : chosen;
    }
    return new Regret(
        work.name,
        plans.get(chosen).plan,
        least[chosen],
        plans.get(chosen).predictedMilliseconds,
        plans.get(best).plan,
        least[best],
        least[chosen] / least[best],
        plans.size());
  }

  private static String table(List<Regret> regrets) {
    StringBuilder table = new StringBuilder();
    table.append(
        String.format(
            "%-62s %7s %10s %10s %10s  %s%n",
            "case", "regret", "chosen ms", "predicted", "best ms", "chosen | best"));
    for (Regret r : regrets) {
      table.append(
          String.format(
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
