package org.dl4jtt.tool;

import com.example.foreign.Canary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether the tool took a file as it must: used it, or said in one line with status 2 why not; in
 * less than ten seconds, and without a foreign class. Its JVM has 512 MB of heap, and 512 MB
 * beside.
 */
final class FuzzOracle {
  private static final double MOST_SECONDS = 10;

  private final Path seeds;
  private final Path work;
  private double longest;

  /** Works in a folder of its own on copies of the seeds. */
  FuzzOracle(Path seeds, Path work) {
    this.seeds = seeds;
    this.work = work;
  }

  double longestSeconds() {
    return longest;
  }

  /** What was wrong; nothing if all was well. */
  Optional<String> judge(FuzzKind kind, byte[] content) throws IOException {
    boolean resumes = kind.name().matches("SETTINGS|ADMM|CHECKPOINT|IDX");
    Path file;
    Path around = seeds;
    if (resumes) {
      FuzzSeeds.delete(work);
      FuzzSeeds.copy(seeds, work);
      around = work;
      file = kind.seed(work);
    } else {
      FuzzSeeds.delete(seeds.resolve("file"));
      file = seeds.resolve("file").resolve(kind.seed(seeds).getFileName());
      Files.createDirectories(file.getParent());
    }
    Files.write(file, content);
    long start = System.nanoTime();
    ToolRun run;
    try {
      run = kind.run(around, file);
    } catch (RuntimeException | Error e) {
      return Optional.of("thrown past the tool: " + e);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    longest = Math.max(longest, seconds);
    return complaint(run, seconds);
  }

  private static Optional<String> complaint(ToolRun run, double seconds) {
    String err = run.err().strip();
    Supplier<String> said = () -> " (status " + run.status() + ": " + err + ")";
    if (System.getProperty(Canary.PROPERTY) != null) {
      System.clearProperty(Canary.PROPERTY);
      return Optional.of("a foreign class was initialised" + said.get());
    }
    if (seconds > MOST_SECONDS) {
      return Optional.of(seconds + " s" + said.get());
    }
    if (run.status() == 0) {
      return Optional.empty();
    }
    boolean oneLine = err.startsWith("error: ") && err.lines().count() == 1;
    return run.status() == 2 && oneLine
        ? Optional.empty()
        : Optional.of("not one line" + said.get());
  }
}
