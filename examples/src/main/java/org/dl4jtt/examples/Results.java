package org.dl4jtt.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import org.dl4jtt.examples.report.OutputFolder;
import org.dl4jtt.examples.trial.FinishedRuns;
import org.dl4jtt.internal.files.WholeFile;
import picocli.CommandLine.Option;

/** {@code --out}: where an experiment leaves its results. */
final class Results {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "folder for the results (default: ${DEFAULT-VALUE})")
  private Path folder;

  /** Into {@code out/NAME} unless told otherwise. */
  Results(String name) {
    folder = Path.of("out", name);
  }

  Path folder() {
    return folder;
  }

  /** Fails now if the folder cannot be written to, rather than after the work. */
  OutputFolder open() throws IOException {
    return OutputFolder.open(folder);
  }

  /**
   * Opens the runs that have ended, in the folder {@code runs}.
   *
   * @param settings all that decides an outcome beside the key of its run
   */
  FinishedRuns runs(String settings) throws IOException {
    return FinishedRuns.in(folder.resolve("runs"), settings);
  }

  /** What an experiment comes to. */
  @FunctionalInterface
  interface Table {
    String make() throws IOException;
  }

  /** Opens the folder, makes the table, leaves it there under this name and prints it. */
  void table(String file, PrintStream console, Table table) throws IOException {
    try (OutputFolder output = open()) {
      String text = table.make();
      WholeFile.write(output.file(file), text);
      output.publish();
      console.println(text);
    }
  }
}
