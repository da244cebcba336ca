package org.dl4jtt.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import org.dl4jtt.tool.cli.Program;
import org.dl4jtt.tool.cli.Programs;
import org.dl4jtt.tool.data.ImageSet;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A walk-through: a program that shows, step by step, one way of use. */
abstract class Walk extends Program {
  /** Where it says what it does. */
  final Narration tell;

  @Mixin private final IdxData data = new IdxData();

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

  Walk(PrintStream console) {
    super(console);
    tell = new Narration(console);
  }

  /** Runs the program and returns its exit status: 0, or 2 after an error. */
  final int run(PrintStream out, PrintStream err, String... args) {
    return Programs.run(this, this::isVerbose, out, err, args);
  }

  final int images() {
    return images;
  }

  final ImageSet training() throws IOException {
    return data.training().first(images);
  }

  final ImageSet test() throws IOException {
    return data.test().first(Math.max(1, images / 2));
  }

  final Path out() {
    return out;
  }

  final Path folder() {
    return data.folder();
  }
}
