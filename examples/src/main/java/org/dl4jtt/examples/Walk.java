package org.dl4jtt.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dl4jtt.examples.cli.Programs;
import org.dl4jtt.examples.data.ImageSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A walk-through: a program that shows, step by step, one way of use. */
abstract class Walk implements Callable<Integer> {
  /** Where it says what it does. */
  final Narration tell;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "folder with the four idx files (default: the shipped part of Fashion-MNIST)")
  private @Nullable Path data;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "10000",
      description = "training images; half as many for tests (default: ${DEFAULT-VALUE})")
  private int images;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "out/walk",
      description = "where models are saved (default: ${DEFAULT-VALUE})")
  private Path out = Path.of("out", "walk");

  @Option(names = "--verbose", description = "errors with their stack trace")
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "this text")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  Walk(PrintStream console) {
    tell = new Narration(console);
  }

  /** Runs the program and returns its exit status: 0, or 2 after an error. */
  final int run(PrintStream out, PrintStream err, String... args) {
    return Programs.run(this, () -> verbose, out, err, args);
  }

  final int images() {
    return images;
  }

  final ImageSet training() throws IOException {
    return ImageSet.training(folder()).first(images);
  }

  final ImageSet test() throws IOException {
    return ImageSet.test(folder()).first(Math.max(1, images / 2));
  }

  final Path out() {
    return out;
  }

  final Path folder() {
    return data == null
        ? Path.of(System.getProperty("dl4jtt.testdata", "testdata"), "fashion-mnist")
        : data;
  }
}
