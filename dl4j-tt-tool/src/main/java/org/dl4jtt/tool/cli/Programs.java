package org.dl4jtt.tool.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;

/** How every program of this module is run. */
public final class Programs {
  private Programs() {}

  /**
   * Parses the arguments, runs the program and returns its exit status: 0, 2 after an error that
   * the user can mend, 3 after one that is ours.
   *
   * @param program a picocli command, with subcommands or without
   * @param verbose asked for after parsing: errors with their stack trace
   */
  public static int run(
      Object program, BooleanSupplier verbose, PrintStream out, PrintStream err, String... args) {
    CommandLine line = new CommandLine(program);
    line.setOut(new PrintWriter(out, true, Charset.defaultCharset()))
        .setErr(new PrintWriter(err, true, Charset.defaultCharset()))
        .setParameterExceptionHandler(Errors::onUsage)
        .setExecutionExceptionHandler(
            (e, command, parsed) -> Errors.onExecution(e, verbose.getAsBoolean(), err, args));
    try {
      return line.execute(args);
    } catch (Error e) { // picocli hands on exceptions alone
      return Errors.onExecution(e, verbose.getAsBoolean(), err, args);
    }
  }

  /** A folder of {@code testdata/}. */
  public static Path shipped(String name) {
    return Path.of(System.getProperty("dl4jtt.testdata", "testdata"), name);
  }
}
