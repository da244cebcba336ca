package org.dl4jtt.examples.trial;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.dl4jtt.accelerate.NativeHelpers;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.calibrate.Calibration;
import org.dl4jtt.compress.Compression;
import org.dl4jtt.compress.CompressionReport;
import org.dl4jtt.compress.Compressor;
import org.dl4jtt.compress.EpochData;
import org.dl4jtt.compress.Stage;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.surgery.ModelSurgery;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * A trained network and the ways to go on from it, each with the same further epochs at the same
 * learning rates: dense, decomposed directly, or trained under the constraint first (ADMM). Every
 * way works on a copy.
 */
public final class Trial {
  private final ComputationGraph base;
  private final Task task;
  private final ISchedule learningRates;
  private final EpochBudget budget;
  private final long seed;
  private final Consumer<String> log;
  private final double baseAccuracy;

  /**
   * @param base trained; it stays as it is
   * @param learningRates over the network's own count of epochs, which goes on from the base
   * @param log gets a line for every epoch
   */
  public Trial(
      ComputationGraph base,
      Task task,
      ISchedule learningRates,
      EpochBudget budget,
      long seed,
      Consumer<String> log) {
    this.base = base;
    this.task = task;
    this.learningRates = learningRates;
    this.budget = budget;
    this.seed = seed;
    this.log = log;
    this.baseAccuracy = task.accuracy(base);
  }

  /** The accuracy of the network that everything starts from. */
  public double baseAccuracy() {
    return baseAccuracy;
  }

  /** The dense network trained on. */
  public Outcome dense(String group) {
    return fineTuned(group, "dense", ModelSurgery.copy(base));
  }

  /** Decomposed, then fine-tuned. */
  public Outcome direct(String group, String run, CompressionPlan plan) {
    return fineTuned(group, run, ModelSurgery.decompose(base, plan));
  }

  private Outcome fineTuned(String group, String run, ComputationGraph network) {
    prepare(network);
    double before = task.accuracy(network);
    train(group + " " + run, network, budget.epochs());
    return new Outcome(group, run, network.numParams(), before, task.accuracy(network));
  }

  /**
   * Trained under the constraint, decomposed, fine-tuned.
   *
   * @param plan to begin with; its ranks are chosen again in the first quarter of the constrained
   *     epochs
   */
  public Outcome admm(String group, String run, CompressionPlan plan) {
    ComputationGraph constrained = ModelSurgery.copy(base);
    prepare(constrained);
    AdmmListener admm = new AdmmListener(plan, budget.admmSettings(task.iterationsPerEpoch()));
    constrained.addListeners(admm);
    train(group + " " + run, constrained, budget.constrained());
    ComputationGraph small = admm.decompose(constrained);
    prepare(small);
    double before = task.accuracy(small);
    train(group + " " + run + " fine-tuned", small, budget.fineTuning());
    return new Outcome(group, run, small.numParams(), before, task.accuracy(small));
  }

  /**
   * Converted by what 500 training examples need, then fine-tuned as {@link Compressor} does: with
   * distillation, steps of cores that fit those of W, and a cosine from the given rate.
   *
   * @param ratio weights, after / before
   * @param rate as for the dense network
   */
  public Outcome calibrated(String group, String run, double ratio, double rate) {
    Calibration calibration = Calibration.of(base).run(task.epoch(seed, 0));
    CompressionPlan plan = CompressionPlan.of(base).weights(ratio).calibration(calibration).build();
    try {
      Compression<ComputationGraph> compression =
          Compressor.of(base, plan)
              .admmEpochs(0)
              .fineTuningEpochs(budget.epochs())
              .fineTuningRate(rate)
              .seed(seed)
              .listener(new EpochLines(group + " " + run, log))
              .run(
                  EpochData.ofDataSets(epoch -> task.epoch(seed, base.getEpochCount() + epoch)),
                  task::accuracy);
      CompressionReport report = compression.report();
      return new Outcome(
          group,
          run,
          compression.network().numParams(),
          report.stage(Stage.DECOMPOSED).score(),
          report.stage(Stage.FINE_TUNED).score());
    } catch (IOException e) { // without a folder nothing is written
      throw new UncheckedIOException(e);
    }
  }

  private void prepare(ComputationGraph network) {
    NativeHelpers.enable(network);
    network.setLearningRate(learningRates);
  }

  private void train(String name, ComputationGraph network, int epochs) {
    EpochTraining.run(name, network, task, seed, epochs, log);
  }
}
