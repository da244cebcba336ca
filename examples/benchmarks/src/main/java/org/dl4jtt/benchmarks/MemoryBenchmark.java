package org.dl4jtt.benchmarks;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dl4jtt.examples.ResidentMemory;
import org.dl4jtt.tool.cli.Program;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Peak memory of a training step beside the dense layer's, and whether it grows over many steps.
 * Each training has a process of its own.
 *
 * <pre>
 *   examples/benchmarks/run MemoryBenchmark
 * </pre>
 */
@Command(
    name = "MemoryBenchmark",
    sortOptions = false,
    usageHelpWidth = 100,
    description =
        "Peak native memory of a training step, weights and data included, and its growth over many"
            + " steps. The exit status is 1 if a layer in tensor form takes more than the dense one"
            + " and more than 32 MB, or grows by more than 8 MB. Linux only.")
public final class MemoryBenchmark extends Program {
  private static final double MB = 1e6;
  private static final double ALLOWED = 32;
  private static final double GROWTH = 8;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "10000",
      description =
          "steps, in the second half of which growth is measured (default: ${DEFAULT-VALUE})")
  private int steps;

  @Option(
      names = "--growth",
      paramLabel = "REGEX",
      defaultValue = "IN1024.*|C512.*|LSTM.*",
      description = "cases whose growth is measured (default: ${DEFAULT-VALUE})")
  private String growth = "";

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      defaultValue = ".*",
      description = "cases to run (default: all)")
  private String only = ".*";

  private MemoryBenchmark(PrintStream console) {
    super(console);
  }

  /** Runs the program; the exit status is 0, 1 if something takes too much, or 2 after an error. */
  public static void main(String[] args) {
    System.exit(run(System.out, System.err, args));
  }

  /** Runs the program and returns its exit status. */
  static int run(PrintStream out, PrintStream err, String... args) {
    return new MemoryBenchmark(out).execute(err, args);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    argument(ResidentMemory.isKnown(), "this system has no /proc/self; memory is read from there");
    console.println(
        "| case | contender | peak of a step, MB | growth in the second half of "
            + steps
            + " steps, MB |");
    console.println("|---|---|---|---|");
    List<String> excesses = new ArrayList<>();
    for (MemoryCase each : MemoryCase.all()) {
      if (each.name().matches(only)) {
        measure(each, excesses);
      }
    }
    excesses.forEach(console::println);
    return excesses.isEmpty() ? 0 : 1;
  }

  private void measure(MemoryCase what, List<String> excesses)
      throws IOException, InterruptedException {
    double dense = Double.NaN;
    for (String contender : what.contenders()) {
      boolean isDense = !contender.equals("TRAIN") && !contender.equals("RING");
      boolean grows = !isDense && what.name().matches(growth);
      MemoryProbe.Memory found = MemoryProbe.measure(what, contender, grows ? steps : 0);
      double peak = found.peak() / MB;
      double grown = found.growth() / MB;
      console.printf(
          Locale.ROOT,
          "| %s | %s | %.0f | %s |%n",
          what.name(),
          contender,
          peak,
          grows ? String.format(Locale.ROOT, "%.1f", grown) : "");
      if (isDense) {
        dense = peak;
      } else if (peak > Math.max(dense, ALLOWED)) {
        excesses.add(what.name() + ", " + contender + " takes more than the dense layer");
      }
      if (grown > GROWTH) {
        excesses.add(what.name() + ", " + contender + " grows");
      }
    }
  }
}
