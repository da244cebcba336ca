package org.dl4jtt.examples.kill;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.dl4jtt.internal.files.Parts;

/** A {@link KilledRun} in a process of its own, watched by its checkpoints. */
final class RunProcess {
  private static final long MINUTES = 5;

  private final Path checkpoints;
  private final Path output;
  private final Process process;

  private RunProcess(Path folder, Path output, Process process) {
    this.checkpoints = folder.resolve("checkpoints");
    this.output = output;
    this.process = process;
  }

  /**
   * Begins the run in a folder, or goes on with it.
   *
   * @param epochs of both stages together
   */
  static RunProcess start(Path folder, int epochs) throws IOException {
    int fineTuning = epochs / 3;
    Path output = folder.resolveSibling(folder.getFileName() + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1", // starts sooner; the arithmetic is native
            "-Dorg.bytedeco.javacpp.maxbytes=1G",
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            System.getProperty("java.class.path"),
            KilledRun.class.getName(),
            folder.toString(),
            String.valueOf(epochs - fineTuning),
            String.valueOf(fineTuning));
    builder.environment().put("OMP_NUM_THREADS", "1"); // the same for every process
    builder.environment().put("OMP_WAIT_POLICY", "passive");
    File file = output.toFile();
    return new RunProcess(
        folder, output, builder.redirectErrorStream(true).redirectOutput(file).start());
  }

  /** Returns when this checkpoint is whole. */
  void awaitCheckpoint(int number) throws IOException, InterruptedException {
    Path whole = checkpoints.resolve(String.format(Locale.ROOT, "%06d", number));
    while (!Files.exists(whole)) {
      pause(whole);
    }
  }

  /** Returns while the checkpoint after this one is being written. */
  void awaitWriteAfter(int number) throws IOException, InterruptedException {
    awaitCheckpoint(number);
    while (!isInWrite()) {
      pause(checkpoints);
    }
  }

  private void pause(Path awaited) throws IOException, InterruptedException {
    if (process.waitFor(100, TimeUnit.MICROSECONDS)) {
      throw new IOException(
          "the run ended before what was awaited in " + awaited + " was there: " + said());
    }
  }

  private boolean isInWrite() throws IOException {
    try (Stream<Path> all = Files.list(checkpoints)) {
      return all.anyMatch(Parts::isOne);
    }
  }

  /** Kills it; true if that left an unfinished checkpoint behind. */
  boolean kill() throws IOException, InterruptedException {
    if (!process.isAlive()) {
      throw new IOException("the run ended before it was killed: " + said());
    }
    process.destroyForcibly().waitFor();
    return Files.exists(checkpoints) && isInWrite();
  }

  /** Returns when the run has ended by itself. */
  void awaitEnd() throws IOException, InterruptedException {
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IOException("the run did not end within " + MINUTES + " minutes");
    }
    if (process.exitValue() != 0) {
      throw new IOException("the run failed: " + said());
    }
  }

  /** The number of the last whole checkpoint in a folder; 0 if there is none. */
  static int lastCheckpoint(Path folder) throws IOException {
    Path checkpoints = folder.resolve("checkpoints");
    if (!Files.exists(checkpoints)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(checkpoints)) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> name.matches("\\d+"))
          .mapToInt(Integer::parseInt)
          .max()
          .orElse(0);
    }
  }

  private String said() throws IOException {
    return Files.readString(output).strip();
  }
}
