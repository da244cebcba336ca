package org.dl4jtt.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.dl4jtt.examples.data.ImageSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that the walk-throughs share. */
final class WalkOptions {
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

  ImageSet training() throws IOException {
    return ImageSet.training(folder()).first(images);
  }

  ImageSet test() throws IOException {
    return ImageSet.test(folder()).first(Math.max(1, images / 2));
  }

  Path out() {
    return out;
  }

  boolean verbose() {
    return verbose;
  }

  private Path folder() {
    return data == null
        ? Path.of(System.getProperty("dl4jtt.testdata", "testdata"), "fashion-mnist")
        : data;
  }
}
