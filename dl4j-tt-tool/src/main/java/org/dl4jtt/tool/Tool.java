package org.dl4jtt.tool;

import java.io.PrintStream;
import java.util.List;
import org.dl4jtt.tool.cli.Programs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command-line tool. */
@Command(
    name = "tool",
    description = {
      "Makes trained Deeplearning4j and Keras models small, and shows what became of them.",
      ""
    },
    commandListHeading = "%nCommands:%n",
    footer = {
      "tool COMMAND --help tells more.",
      "dl4j-tt-tool/tool compress model.zip --data images --target weights=1/8 --out small"
    },
    subcommands = {
      InspectCommand.class,
      PlanCommand.class,
      CompressCommand.class,
      EvaluateCommand.class,
      PredictCommand.class,
      DecompressCommand.class,
      BenchmarkCommand.class,
      DataCommand.class
    })
public final class Tool {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "this text")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  private final PrintStream out;
  private final PrintStream err;

  private Tool(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** Where progress is shown: beside the answer, if that is for a machine. */
  PrintStream progress(boolean json) {
    return json ? err : out;
  }

  /** Runs a command; the exit status is 0, 2 after an error, 3 after one of ours. */
  public static void main(String[] args) {
    boolean verbose = List.of(args).contains("--verbose");
    setUnlessGiven("java.awt.headless", "true");
    // ND4J's memory is not on the heap; its limits hold for "java -jar", too.
    setUnlessGiven("org.bytedeco.javacpp.maxbytes", "4G");
    setUnlessGiven("org.bytedeco.javacpp.maxphysicalbytes", "0");
    setUnlessGiven("org.slf4j.simpleLogger.defaultLogLevel", verbose ? "warn" : "off");
    System.exit(run(System.out, System.err, args));
  }

  private static void setUnlessGiven(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** Runs a command and returns its exit status. */
  static int run(PrintStream out, PrintStream err, String... args) {
    boolean verbose = List.of(args).contains("--verbose");
    SerialFilter.set();
    return Programs.run(
        new Tool(out, err), () -> verbose, out, err, args.length == 0 ? HELP : args);
  }

  private static final String[] HELP = {"--help"};
}
