package org.dl4jtt.examples;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.accelerate.NativeHelpers;
import org.dl4jtt.admm.AdmmHistory;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.examples.report.EpochRow;
import org.dl4jtt.examples.trial.EpochBudget;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.surgery.ModelSurgery;
import org.dl4jtt.tool.data.ImageSet;
import org.dl4jtt.tool.progress.Progress;
import org.jspecify.annotations.Nullable;

/**
 * A dense network, and four ways to go on from it, each with the same number of further epochs at
 * the same learning rates:
 *
 * <pre>
 *   dense      the network trained on
 *   directTT   TT-SVD, then fine-tuning of the cores
 *   admmTT     training under the constraint (ADMM), decomposition, fine-tuning with what is left
 *   scratchTT  the same structure from random cores: it never saw the dense network
 * </pre>
 */
final class Experiment {
  private final Settings settings;
  private final EpochBudget budget;
  private final ImageSet test;
  private final Trainer trainer;
  private final MultiLayerNetwork base;
  private final List<EpochRow> baseHistory;

  /** Trains the dense network. */
  Experiment(Settings settings, ImageSet training, ImageSet test, Progress progress) {
    this.settings = settings;
    this.budget = settings.budget();
    this.test = test;
    this.trainer = new Trainer(training, test, settings.seed(), progress);
    this.base =
        FashionNetwork.create(
            training.height(),
            training.width(),
            LearningRates.twoCosines(
                settings.learningRate(), settings.baseEpochs(), settings.furtherEpochs()),
            settings.seed());
    NativeHelpers.enable(base);
    this.baseHistory = ordinaryEpochs("base", base, 0, settings.baseEpochs());
  }

  /** The dense network that everything starts from. */
  MultiLayerNetwork base() {
    return base;
  }

  /** Its training. */
  List<EpochRow> baseHistory() {
    return baseHistory;
  }

  /** All four: dense, directTT, admmTT, scratchTT. */
  List<Run> sideBySide(CompressionPlan plan) {
    return Lanes.run(
        List.of(this::dense, () -> directTT(plan), () -> admmTT(plan), () -> scratchTT(plan)));
  }

  /** (a) The dense network trained on. */
  Run dense() {
    return fineTuned("dense", base.clone(), null);
  }

  /** (b) TT-SVD, then fine-tuning. */
  Run directTT(CompressionPlan plan) {
    return fineTuned("directTT", ModelSurgery.decompose(base, plan), plan);
  }

  /**
   * (c) Training under the constraint, decomposition, fine-tuning.
   *
   * @param plan to begin with; its ranks are chosen again, for the same target, as training shows
   *     what the network needs
   */
  Run admmTT(CompressionPlan plan) {
    String name = "admmTT";
    AdmmListener admm = new AdmmListener(plan, admmSettings());
    admm.evaluateWith(net -> Measure.accuracy((MultiLayerNetwork) net, trainer.curve()));
    MultiLayerNetwork constrained = base.clone();
    NativeHelpers.enable(constrained);
    constrained.addListeners(admm);
    List<EpochRow> history =
        withResiduals(
            trainer.train(name, constrained, 0, budget.constrained(), () -> "rho = " + rho(admm)),
            admm.history(),
            settings.baseEpochs());
    MultiLayerNetwork small = admm.decompose(constrained);
    NativeHelpers.enable(small);
    double before = Measure.accuracy(small, test);
    history.addAll(ordinaryEpochs(name, small, budget.constrained(), budget.fineTuning()));
    return new Run(name, small, admm.plan(), before, Measure.accuracy(small, test), history);
  }

  /** (d) TT layers from random cores. */
  Run scratchTT(CompressionPlan plan) {
    MultiLayerNetwork random = ModelSurgery.scratch(base, plan, settings.seed());
    random.setEpochCount(settings.baseEpochs()); // the learning rates of the other runs
    return fineTuned("scratchTT", random, plan);
  }

  private Run fineTuned(String name, MultiLayerNetwork network, @Nullable CompressionPlan plan) {
    NativeHelpers.enable(network);
    double before = Measure.accuracy(network, test);
    List<EpochRow> history = ordinaryEpochs(name, network, 0, settings.furtherEpochs());
    return new Run(name, network, plan, before, Measure.accuracy(network, test), history);
  }

  private List<EpochRow> ordinaryEpochs(
      String name, MultiLayerNetwork network, int done, int epochs) {
    return trainer.train(name, network, done, epochs, () -> "no constraint");
  }

  private AdmmSettings admmSettings() {
    AdmmSettings usual = budget.admmSettings(trainer.iterationsPerEpoch());
    Double rho = settings.rho();
    return rho == null ? usual : usual.withRho(rho);
  }

  private static String rho(AdmmListener admm) {
    List<AdmmHistory.Entry> last = admm.history().last();
    return last.isEmpty() ? "its first value" : String.valueOf(last.get(0).rho());
  }

  /** Every epoch with what the last update in it found. */
  private static List<EpochRow> withResiduals(
      List<EpochRow> epochs, AdmmHistory history, int firstEpoch) {
    List<EpochRow> result = new ArrayList<>();
    for (EpochRow epoch : epochs) {
      int networkEpoch = firstEpoch + epoch.epoch() - 1;
      List<AdmmHistory.Entry> inEpoch =
          history.entries().stream().filter(entry -> entry.epoch() == networkEpoch).toList();
      if (inEpoch.isEmpty()) {
        result.add(epoch);
        continue;
      }
      int last = inEpoch.get(inEpoch.size() - 1).update();
      List<AdmmHistory.Entry> entries =
          inEpoch.stream().filter(entry -> entry.update() == last).toList();
      result.add(
          new EpochRow(
              epoch.run(),
              epoch.epoch(),
              epoch.learningRate(),
              epoch.loss(),
              epoch.accuracy(),
              entries.get(0).rho(),
              entries.get(0).projectedScore(),
              entries.stream().map(Experiment::residual).toList()));
    }
    return result;
  }

  private static EpochRow.LayerResidual residual(AdmmHistory.Entry entry) {
    return new EpochRow.LayerResidual(
        entry.layer(),
        entry.parameter(),
        entry.found().residuals().primal(),
        entry.found().residuals().dual(),
        entry.found().relativeDistance());
  }
}
