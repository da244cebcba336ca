package org.dl4jtt.examples.kill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.zip.ZipFile;
import org.deeplearning4j.util.ModelSerializer;

/**
 * Kills a compression again and again, by SIGKILL where there is such a thing: in turn inside the
 * write of a checkpoint, and at any moment.
 */
public final class Killer {
  private static final int EPOCHS_PER_KILL = 3;

  /** Longest pause, in milliseconds, after a checkpoint before a kill at any moment. */
  private static final int PAUSE = 60;

  private final Path folder;
  private final Random random;
  private final Consumer<String> log;

  /**
   * What came of it.
   *
   * @param kills all
   * @param inWrite how many of them cut the write of a checkpoint short
   * @param identical whether the run ended in the weights and the updater state of one that was
   *     never killed, bit for bit
   */
  public record Outcome(int kills, int inWrite, boolean identical) {}

  /**
   * Runs in a folder.
   *
   * @param folder new or empty
   * @param seed of the moments
   * @param log is told of every kill
   */
  public Killer(Path folder, long seed, Consumer<String> log) {
    this.folder = folder;
    this.random = new Random(seed);
    this.log = log;
  }

  /** Kills so often, half of the times inside a write, then compares with a run never killed. */
  public Outcome run(int kills) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    int epochs = EPOCHS_PER_KILL * (kills + 1);
    Path whole = folder.resolve("whole");
    long started = System.nanoTime();
    RunProcess reference = RunProcess.start(whole, epochs);
    reference.awaitCheckpoint(1);
    int startup = Math.toIntExact(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
    reference.awaitEnd();
    log.accept("the run that is not killed has ended");

    Path killed = folder.resolve("killed");
    int inWrite = 0;
    for (int kill = 1; kill <= kills; kill++) {
      boolean cut = killOnce(killed, epochs, inWrite < kill / 2, startup);
      inWrite += cut ? 1 : 0;
      log.accept(
          String.format(
              Locale.ROOT,
              "kill %d%s, after checkpoint %d",
              kill,
              cut ? " inside the write of a checkpoint" : "",
              RunProcess.lastCheckpoint(killed)));
    }
    RunProcess.start(killed, epochs).awaitEnd();
    return new Outcome(kills, inWrite, same(whole, killed));
  }

  private boolean killOnce(Path killed, int epochs, boolean inWrite, int startup)
      throws IOException, InterruptedException {
    int last = RunProcess.lastCheckpoint(killed);
    RunProcess process = RunProcess.start(killed, epochs);
    if (inWrite) {
      process.awaitWriteAfter(last + 1); // a part from the kill before may lie there until then
      return process.kill();
    }
    int more = random.nextInt(3);
    if (more > 0) {
      process.awaitCheckpoint(last + more);
    }
    TimeUnit.MILLISECONDS.sleep(random.nextInt(more > 0 ? PAUSE : startup));
    return process.kill();
  }

  private static boolean same(Path one, Path other) throws IOException {
    boolean same = true;
    for (String entry : List.of(ModelSerializer.COEFFICIENTS_BIN, ModelSerializer.UPDATER_BIN)) {
      same &= Arrays.equals(bytes(one, entry), bytes(other, entry));
    }
    return same;
  }

  private static byte[] bytes(Path run, String entry) throws IOException {
    try (ZipFile zip = new ZipFile(run.resolve("small.zip").toFile())) {
      return zip.getInputStream(zip.getEntry(entry)).readAllBytes();
    }
  }
}
