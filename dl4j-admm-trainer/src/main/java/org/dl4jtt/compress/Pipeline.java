package org.dl4jtt.compress;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.calibrate.Calibration;
import org.dl4jtt.plan.CompressionPlan;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stages of a compression, one after another, with a checkpoint after every epoch. All that an
 * epoch depends on is in the checkpoint before it, or follows from seed and number of the epoch.
 */
final class Pipeline<M extends Model> {
  private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);
  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

  private final Job<M> job;
  private final @Nullable Checkpoints checkpoints;
  private final @Nullable Distillation teacher;
  private final EpochData train;
  private CompressionProgress progress;
  private long stageStarted;

  /**
   * A pipeline for one run.
   *
   * @param checkpoints to write; null to write none
   */
  Pipeline(Job<M> job, @Nullable Checkpoints checkpoints) {
    this.job = job;
    this.checkpoints = checkpoints;
    this.teacher = teacher();
    this.train = teacher == null ? job.train() : teacher.taught(job.train());
    this.progress = CompressionProgress.start(job.plan());
  }

  /** All of it. */
  Compression<M> run() throws IOException {
    M dense = prepared(Networks.copy(job.network()));
    started(0);
    if (!job.options().constrained()) {
      ended(dense.numParams(), evaluate(dense), Stage.DECOMPOSED);
      return convert(dense, null);
    }
    ended(dense.numParams(), evaluate(dense), Stage.PROJECTED);
    AdmmListener admm = admm();
    save(dense, admm);
    return constrain(dense, admm);
  }

  /** What is left to do after a checkpoint. */
  Compression<M> resume(Checkpoint checkpoint) throws IOException {
    progress = checkpoint.progress();
    M network = prepared(checkpoint.network());
    if (progress.stage() == Stage.FINE_TUNED) {
      return fineTune(network);
    }
    AdmmListener admm = admm();
    checkpoint.restore(admm, network);
    return constrain(network, admm);
  }

  private AdmmListener admm() {
    return new AdmmListener(job.plan(), job.options().admm());
  }

  private M prepared(Model network) {
    Networks.prepare(network, job.trainingListeners());
    return job.type().cast(network);
  }

  // ---- the stages ----

  private Compression<M> constrain(M dense, AdmmListener admm) throws IOException {
    dense.addListeners(admm);
    int epochs = job.options().admm().epochs();
    started(epochs);
    while (progress.epochsDone() < epochs && !admm.converged()) {
      epoch(dense, admm, epochs);
    }
    double projected = admm.projected(dense, () -> evaluate(dense));
    ended(dense.numParams(), projected, Stage.DECOMPOSED);
    return convert(dense, admm);
  }

  /**
   * @param admm what has trained the network, if anything has
   */
  private Compression<M> convert(M dense, @Nullable AdmmListener admm) throws IOException {
    started(0);
    M small = prepared(decomposed(dense, admm));
    setRates(small); // before the first checkpoint, whose updater is made of them
    if (job.options().reestimateBatchNorm()) {
      seed(); // dropout acts while statistics are measured
      Networks.reestimateBatchNorm(small, job.train().epoch(progress.epochsTrained()));
    }
    ended(small.numParams(), evaluate(small), Stage.FINE_TUNED);
    if (admm != null) {
      progress = progress.withAdmm(admm.plan(), admm.history().entries());
    }
    save(small, null);
    return fineTune(small);
  }

  /** By what the data needs of W, if it can be told; else by Z, or what is large in W. */
  private Model decomposed(M dense, @Nullable AdmmListener admm) {
    CompressionPlan plan = admm == null ? job.plan() : admm.plan();
    int examples = job.options().calibrationExamples();
    if (examples > 0) {
      try {
        Calibration calibration =
            Calibration.of(dense)
                .examples(examples)
                .seed(job.options().seed())
                .run(job.train().epoch(0));
        return Networks.decompose(dense, plan, calibration);
      } catch (RuntimeException e) {
        LOG.warn(
            "the conversion goes by the weights alone, which keeps less of the accuracy: the"
                + " network could not be calibrated: {}",
            e.getMessage());
      }
    }
    return admm == null ? Networks.decompose(dense, plan) : Networks.decompose(admm, dense);
  }

  private Compression<M> fineTune(M small) throws IOException {
    int epochs = job.options().fineTuningEpochs();
    started(epochs);
    if (job.options().rates().coreSteps()) {
      small.addListeners(new CoreSteps());
    }
    while (progress.epochsDone() < epochs) {
      epoch(small, null, epochs);
    }
    FineTuningRates.restore(small, job.network());
    small.setListeners(List.of());
    ended(small.numParams(), evaluate(small), Stage.FINE_TUNED);
    return new Compression<>(
        small,
        new CompressionReport(
            progress.plan(),
            progress.results(),
            progress.history(),
            Stopwatch.measure(job, small)));
  }

  private void setRates(M small) {
    RateOptions rates = job.options().rates();
    int epochs = job.options().fineTuningEpochs();
    if (rates.cosine() && epochs > 0) {
      FineTuningRates.set(small, rates.peak(), epochs * iterationsPerEpoch());
    }
  }

  private @Nullable Distillation teacher() {
    TeacherOptions options = job.options().teacher();
    if (options.weight() == 0) {
      return null;
    }
    Model dense = Networks.copy(job.network());
    Networks.prepare(dense, List.of());
    return Distillation.from(dense).temperature(options.temperature()).weight(options.weight());
  }

  /** Counts the mini-batches of the epoch that comes next. */
  private int iterationsPerEpoch() {
    int iterations = 0;
    for (MultiDataSetIterator batches = job.train().epoch(progress.epochsTrained());
        batches.hasNext();
        batches.next()) {
      iterations++;
    }
    return Math.max(1, iterations);
  }

  // ---- epochs ----

  private void epoch(M network, @Nullable AdmmListener admm, int epochs) throws IOException {
    seed();
    fit(network);
    progress = progress.epochDone(seconds());
    Networks.checkFinite(
        network,
        String.format(
            Locale.ROOT,
            "after epoch %d of stage %s; use a smaller learning rate%s",
            progress.epochsDone(),
            progress.stage().name().toLowerCase(Locale.ROOT),
            admm == null ? "" : " or rho"));
    save(network, admm);
    job.listeners().forEach(l -> l.epochEnded(progress.stage(), progress.epochsDone(), epochs));
  }

  private void fit(M network) {
    MultiDataSetIterator epoch = train.epoch(progress.epochsTrained());
    if (teacher == null) {
      Networks.fit(network, epoch);
    } else {
      teacher.whileFitting(network, () -> Networks.fit(network, epoch));
    }
  }

  /** The generator of dropout and the like; the same when a run is resumed. */
  private void seed() {
    long seed = job.options().seed() + progress.epochsTrained() * GOLDEN_RATIO;
    Nd4j.getRandom().setSeed(new SplittableRandom(seed).nextLong());
  }

  private void save(M network, @Nullable AdmmListener admm) throws IOException {
    if (checkpoints != null) {
      checkpoints.write(progress, network, admm);
    }
  }

  // ---- results ----

  private double evaluate(M network) {
    return job.evaluation().applyAsDouble(network);
  }

  private void started(int epochs) {
    stageStarted = System.nanoTime() - Math.round(progress.seconds() * 1e9);
    job.listeners().forEach(l -> l.stageStarted(progress.stage(), progress.epochsDone(), epochs));
  }

  private double seconds() {
    return (System.nanoTime() - stageStarted) / 1e9;
  }

  private void ended(long weights, double score, Stage next) {
    StageResult result = new StageResult(progress.stage(), weights, score, seconds());
    progress = progress.next(next, result);
    job.listeners().forEach(listener -> listener.stageEnded(result));
  }
}
