package org.dl4jtt.tool.cli;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** What every program has: somewhere to write, --verbose and --help. */
public abstract class Program implements Callable<Integer> {
  @Option(names = "--verbose", order = 1, description = "errors with their stack trace")
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      order = 2, // in the help after the program's own options, which have none
      usageHelp = true,
      description = "this text")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  /** Where results and progress are written. */
  protected final PrintStream console;

  /** Writes to this stream. */
  protected Program(PrintStream console) {
    this.console = console;
  }

  /** Parses the arguments, runs, and returns the exit status: 0, or 2 after an error. */
  protected final int execute(PrintStream err, String... args) {
    return Programs.run(this, this::isVerbose, console, err, args);
  }

  /** Whether errors are to come with their stack trace. */
  protected final boolean isVerbose() {
    return verbose;
  }
}
