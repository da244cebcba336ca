package org.dl4jtt.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.deeplearning4j.optimize.solvers.BaseOptimizer;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.admm.WeightDecay;
import org.jspecify.annotations.Nullable;

/**
 * The epochs of a training, as Spark jobs: one that trains, one for the mean, and every so often a
 * checkpoint, up to which a lost machine's work is done again.
 */
final class Epochs {
  private final JavaSparkContext sc;
  private final SparkJob job;
  private final WeightDecay decay;
  private final Driver driver;
  private final @Nullable AdmmListener admm;
  private final JobFolder folder;
  private final Blueprint blueprint;
  private final Broadcast<Blueprint> sentBlueprint;

  /** Broadcasts that the states since the last checkpoint are made from. */
  private final List<Broadcast<?>> sent = new ArrayList<>();

  private JavaRDD<WorkerState> states;

  private Epochs(
      SparkJob job,
      Driver driver,
      @Nullable AdmmListener admm,
      WeightDecay decay,
      JobFolder folder,
      Blueprint blueprint) {
    this.sc = job.sc();
    this.job = job;
    this.decay = decay;
    this.driver = driver;
    this.admm = admm;
    this.folder = folder;
    this.blueprint = blueprint;
    sentBlueprint = sc.broadcast(blueprint);
    states = sc.emptyRDD();
  }

  /**
   * Makes the workers, or finds them again.
   *
   * @param resume whether to go on from the last saved epoch, if there is one
   */
  static Epochs start(
      SparkJob job,
      Driver driver,
      @Nullable AdmmListener admm,
      WeightDecay decay,
      Blueprint blueprint,
      @Nullable SerializableArray updater,
      boolean resume)
      throws IOException {
    JavaSparkContext sc = job.sc();
    JobFolder folder = JobFolder.open(job.folder(), sc.hadoopConfiguration());
    List<Integer> saved = folder.epochs();
    if (!saved.isEmpty() && !resume) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "%s holds epoch %d of a training; go on with resume, or choose another folder",
              job.folder(),
              saved.get(saved.size() - 1)));
    }
    Epochs epochs = new Epochs(job, driver, admm, decay, folder, blueprint);
    describe(sc, epochs.name(), "check that ND4J runs on every executor");
    Natives.checkExecutors(sc, job.workers());
    sc.setCheckpointDir(folder.workers());
    if (saved.isEmpty()) {
      epochs.begin(updater);
    } else {
      epochs.resume(saved.get(saved.size() - 1));
    }
    return epochs;
  }

  private void begin(@Nullable SerializableArray updater) {
    Broadcast<WorkerState> first =
        sc.broadcast(
            WorkerState.initial(
                0,
                SerializableArray.of(driver.network().params()),
                updater,
                BaseOptimizer.getIterationCount(driver.network())));
    sent.add(first);
    List<Integer> ids = IntStream.range(0, job.workers()).boxed().toList();
    states = sc.parallelize(ids, ids.size()).map(id -> first.value().as(id));
  }

  private void resume(int epoch) throws IOException {
    JobFolder.Saved expected =
        new JobFolder.Saved(blueprint.json(), job.workers(), folder.workers());
    states = sc.checkpointFile(folder.restore(epoch, driver, admm, expected).states());
  }

  /** Trains until so many epochs are done in all. */
  void run(Source source, int epochs, boolean untilConverged) throws IOException {
    try {
      while (driver.epoch() < epochs && !(untilConverged && driver.converged())) {
        job.progress().accept(tried(source, epochs));
      }
    } finally {
      states.unpersist(false); // the last ones are saved
      sc.sc().setJobDescription(null);
      sc.clearCallSite();
    }
  }

  private EpochResult tried(Source source, int epochs) throws IOException {
    try {
      return epoch(source, epochs);
    } catch (Exception e) { // Spark throws checked exceptions that it does not declare
      List<Integer> saved = folder.epochs();
      String message = String.valueOf(e.getMessage());
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "epoch %d of %d failed: %s; %s",
              driver.epoch() + 1,
              epochs,
              message.lines().findFirst().orElse(message),
              saved.isEmpty()
                  ? "nothing is saved yet"
                  : "resume goes on after epoch " + saved.get(saved.size() - 1)),
          e);
    }
  }

  private EpochResult epoch(Source source, int epochs) throws IOException {
    long start = System.nanoTime();
    String name =
        String.format(Locale.ROOT, "%s, epoch %d of %d", name(), driver.epoch() + 1, epochs);
    Consensus consensus = driver.consensus();
    Broadcast<Consensus> broadcast = sc.broadcast(consensus);
    sent.add(broadcast);
    int workers = job.workers();
    int number = driver.epoch() + 1;
    boolean checkpoint = number % job.checkpointEvery() == 0 || number == epochs;

    describe(sc, name, "train " + workers + " workers");
    EpochTask task =
        new EpochTask(sentBlueprint, broadcast, decay, workers, driver.epoch(), job.seed());
    JavaRDD<WorkerState> before = states;
    states = source.train(before, task).persist(StorageLevel.MEMORY_AND_DISK());
    if (checkpoint) {
      states.checkpoint();
    }
    List<WorkerReport> reports = states.map(WorkerState::reported).collect();
    double[] shares = Driver.shares(reports);

    describe(sc, name, "mean of W + U over " + workers + " workers");
    String[] keys = consensus.keys();
    SerializableArray mean = new Mean(driver.layout(), keys, shares).of(states);
    driver.endEpoch(reports, shares, mean);
    before.unpersist(false);
    if (checkpoint) {
      String path = states.getCheckpointFile().get();
      folder.save(driver, admm, new JobFolder.Saved(blueprint.json(), workers, path));
      // Not destroyed: Spark writes the closure that holds it once more, with the next epoch's
      // tasks.
      sent.forEach(broadcasted -> broadcasted.unpersist(false));
      sent.clear();
    }
    return new EpochResult(
        driver.epoch(),
        epochs,
        (int) reports.stream().filter(report -> report.examples > 0).count(),
        reports.stream().mapToLong(report -> report.examples).sum(),
        driver.network().score(),
        driver.relativeDistance(),
        consensus.bytes(),
        (System.nanoTime() - start) / 1e9,
        reports.stream().mapToDouble(report -> report.seconds).max().orElse(0));
  }

  private String name() {
    return admm == null ? "averaging" : "ADMM";
  }

  private static void describe(JavaSparkContext sc, String name, String what) {
    sc.setJobDescription(name + ": " + what);
    sc.setCallSite(what);
  }
}
