package org.dl4jtt.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.dl4jtt.examples.kill.Killer;
import org.dl4jtt.tool.cli.Program;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A compression that is killed and resumed ends in the bits of one that was not. */
@Command(
    name = "Kill",
    sortOptions = false,
    usageHelpWidth = 100,
    description =
        "Kills a small compression again and again, half of the times while it writes a checkpoint,"
            + " resumes it each time, and compares its weights with those of a run that was left"
            + " alone.")
public final class Kill extends Program {
  private static final int DIFFERENT = 1;

  @Option(
      names = "--kills",
      paramLabel = "N",
      description = "how many (default: ${DEFAULT-VALUE})",
      defaultValue = "50")
  private int kills;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "of the moments (default: ${DEFAULT-VALUE})",
      defaultValue = "1")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "folder for both runs, new or empty (default: a temporary one)")
  private @Nullable Path out;

  private Kill(PrintStream console) {
    super(console);
  }

  /** Exit status 0 if the weights are the same, 1 if not, 2 after an error. */
  public static void main(String[] args) {
    System.exit(run(System.out, System.err, args));
  }

  static int run(PrintStream console, PrintStream err, String... args) {
    return new Kill(console).execute(err, args);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = out == null ? Files.createTempDirectory("dl4jtt-kill") : out;
    console.println("runs in " + folder);
    long started = System.nanoTime();
    Killer.Outcome outcome = new Killer(folder, seed, console::println).run(kills);
    console.printf(
        Locale.ROOT,
        "%d kills, %d of them inside the write of a checkpoint, in %.0f s: weights and updater state"
            + " are %s%n",
        outcome.kills(),
        outcome.inWrite(),
        (System.nanoTime() - started) / 1e9,
        outcome.identical() ? "those of the run never killed, bit for bit" : "DIFFERENT");
    return outcome.identical() ? 0 : DIFFERENT;
  }
}
