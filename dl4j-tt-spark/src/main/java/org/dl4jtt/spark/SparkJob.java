package org.dl4jtt.spark;

import static org.dl4jtt.internal.Check.argument;

import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.dl4jtt.Experimental;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where and how a training runs on Spark. Immutable; start from {@link #of}:
 *
 * <pre>{@code
 * SparkJob job = SparkJob.of(sc, "hdfs:///jobs/resnet").withWorkers(16);
 * }</pre>
 */
@Experimental
public final class SparkJob {
  private static final Logger LOG = LoggerFactory.getLogger(SparkJob.class);

  private final JavaSparkContext sc;
  private final String folder;
  private final int workers;
  private final int checkpointEvery;
  private final long seed;
  private final boolean factors;
  private final Consumer<EpochResult> progress;

  private SparkJob(
      JavaSparkContext sc,
      String folder,
      int workers,
      int checkpointEvery,
      long seed,
      boolean factors,
      Consumer<EpochResult> progress) {
    this.sc = sc;
    this.folder = folder;
    this.workers = workers;
    this.checkpointEvery = checkpointEvery;
    this.seed = seed;
    this.factors = factors;
    this.progress = progress;
  }

  /**
   * As many workers as the context has cores, states saved after every epoch, a line in the log for
   * each.
   *
   * @param sc its checkpoint directory is set to a folder in {@code folder} when training starts
   * @param folder where states are saved: on any Hadoop file system that all machines see
   */
  public static SparkJob of(JavaSparkContext sc, String folder) {
    argument(!folder.isEmpty(), "a job needs a folder that the driver and all workers see");
    Consumer<EpochResult> log = result -> LOG.info("{}", result);
    return new SparkJob(sc, folder, sc.defaultParallelism(), 1, 0, true, log);
  }

  /** With so many workers, each a task of one core. */
  public SparkJob withWorkers(int newWorkers) {
    argument(newWorkers >= 1, "workers is %d; it must be 1 or more", newWorkers);
    return new SparkJob(sc, folder, newWorkers, checkpointEvery, seed, factors, progress);
  }

  /**
   * With states saved after every so many epochs. A resumed run, and a worker whose machine is
   * lost, repeat the epochs since then.
   */
  public SparkJob withCheckpointEvery(int epochs) {
    argument(epochs >= 1, "checkpointEvery is %d; it must be 1 or more epochs", epochs);
    return new SparkJob(sc, folder, workers, epochs, seed, factors, progress);
  }

  /** With another seed of dropout and the like, used with the numbers of worker and epoch. */
  public SparkJob withSeed(long newSeed) {
    return new SparkJob(sc, folder, workers, checkpointEvery, newSeed, factors, progress);
  }

  /** With Z sent whole, or (the default) as its cores where they are smaller. */
  public SparkJob withFactorsSent(boolean send) {
    return new SparkJob(sc, folder, workers, checkpointEvery, seed, send, progress);
  }

  /** With another listener to the epochs, called on the thread that trains. */
  public SparkJob withProgress(Consumer<EpochResult> listener) {
    return new SparkJob(sc, folder, workers, checkpointEvery, seed, factors, listener);
  }

  /** In a folder of this one's, as each training of a program needs one of its own. */
  public SparkJob inFolder(String name) {
    return new SparkJob(sc, folder + "/" + name, workers, checkpointEvery, seed, factors, progress);
  }

  JavaSparkContext sc() {
    return sc;
  }

  String folder() {
    return folder;
  }

  int workers() {
    return workers;
  }

  int checkpointEvery() {
    return checkpointEvery;
  }

  long seed() {
    return seed;
  }

  boolean factors() {
    return factors;
  }

  Consumer<EpochResult> progress() {
    return progress;
  }
}
