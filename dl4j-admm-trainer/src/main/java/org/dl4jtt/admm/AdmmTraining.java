package org.dl4jtt.admm;

import static org.dl4jtt.internal.Check.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.solvers.BaseOptimizer;
import org.dl4jtt.internal.Detached;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.CurrentWeights;
import org.dl4jtt.plan.NetworkLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The training of one network's constrained weights: counts, and the order of things at an update.
 * Penalties may be added by several threads (workers on clones); all else is for one at a time.
 */
final class AdmmTraining {
  private static final Logger LOG = LoggerFactory.getLogger(AdmmTraining.class);

  private final AdmmSettings settings;
  private final AdmmHistory history;
  private final IterationWatch watch;
  private final int firstIteration;
  private final int firstEpoch;

  /** Replaced by another list when ranks are chosen again; read by workers. */
  private volatile List<ConstrainedWeight> weights;

  private volatile ConstrainedPlan goal;
  private final RhoFit rho;
  private int updates;
  private int epochsDone;
  private int stepsSinceUpdate;
  private int stepsThisEpoch;
  private boolean endedByEvent;

  private AdmmTraining(
      AdmmSettings settings,
      AdmmHistory history,
      ConstrainedPlan goal,
      List<ConstrainedWeight> weights,
      Counts counts) {
    this.goal = goal;
    this.settings = settings;
    this.history = history;
    this.weights = weights;
    this.firstIteration = counts.firstIteration();
    this.firstEpoch = counts.firstEpoch();
    this.rho =
        new RhoFit(
            settings, counts.firstIteration(), counts.firstEpoch(), counts.iterationsPerEpoch());
    this.updates = counts.updates();
    this.epochsDone = counts.epochsDone();
    this.stepsSinceUpdate = counts.stepsSinceUpdate();
    this.stepsThisEpoch = counts.stepsSinceUpdate();
    this.watch = new IterationWatch(counts.nextIteration(), counts.missed());
  }

  /** Finds the weights and starts every Z and U. */
  static AdmmTraining start(
      ConstrainedPlan goal, AdmmSettings settings, Model model, AdmmHistory history) {
    int iteration = BaseOptimizer.getIterationCount(model);
    Counts counts =
        new Counts(
            iteration,
            BaseOptimizer.getEpochCount(model),
            settings.iterationsPerEpoch(),
            0,
            0,
            0,
            iteration,
            0);
    AdmmTraining training =
        new AdmmTraining(
            settings,
            history,
            goal,
            ConstrainedWeights.of(goal.constrained(), settings, model),
            counts);
    for (ConstrainedWeight weight : training.weights) {
      weight.start(model, weight.set(settings, 0), training.rho.initial(weight));
    }
    if (settings.iterationsPerEpoch() > 0) {
      training.rho.warnIfWeak(training.weights);
      training.rho.warnIfOutOfReach(model, training.weights, 0);
    }
    return training;
  }

  /** Goes on from a saved state. */
  static AdmmTraining resume(
      AdmmSettings settings,
      AdmmHistory history,
      ConstrainedPlan goal,
      List<ConstrainedWeight> weights,
      Counts counts) {
    return new AdmmTraining(settings, history, goal, weights, counts);
  }

  // ---- iterations ----

  void addPenalty(Model model) {
    int iteration = BaseOptimizer.getIterationCount(model);
    int epoch = BaseOptimizer.getEpochCount(model);
    BatchNumbers.check(model, iteration);
    if (!Double.isFinite(model.score())) {
      throw Divergence.of(weights, model, iteration, "the loss became " + model.score());
    }
    double scale = model.conf().isMiniBatch() ? model.batchSize() : 1;
    for (ConstrainedWeight weight : weights) {
      weight.addPenaltyGradient(model, scale, iteration, epoch);
    }
  }

  synchronized void iterationDone(
      Model model, int iteration, int epoch, @Nullable ToDoubleFunction<Model> evaluation) {
    watch.done(iteration);
    stepsSinceUpdate++;
    stepsThisEpoch++;
    weights.forEach(weight -> weight.addPull(iteration, epoch));
    if (settings.byIterations() && stepsSinceUpdate >= settings.period()) {
      checkFinite(model, iteration);
      update(model, iteration, epoch, evaluation, List.of());
    }
  }

  // ---- epochs ----

  /**
   * The end of an epoch.
   *
   * @param spreads what several workers differ in, whose mean the model is; empty for one
   * @param byEvent told by DL4J, not by hand; by hand it may be told again
   */
  synchronized void epochDone(
      Model model,
      @Nullable ToDoubleFunction<Model> evaluation,
      List<WorkerSpread> spreads,
      boolean byEvent) {
    watch.upTo(BaseOptimizer.getIterationCount(model));
    state(
        stepsThisEpoch > 0 || (!byEvent && endedByEvent),
        "an epoch ended without a mini-batch, after iteration %d: nothing was trained in it; the data"
            + " is empty, or an iterator was not reset",
        watch.next() - 1);
    stepsThisEpoch = 0;
    endedByEvent = byEvent;
    if (stepsSinceUpdate == 0) {
      return; // no gradient step since the last update: U must not move
    }
    int iteration = watch.next() - 1;
    checkFinite(model, iteration);
    epochsDone++;
    if (rho.iterationsPerEpoch() == 0) {
      rho.counted(watch.next() - firstIteration);
      if (updates == 0) {
        rho.refit(weights);
      }
      rho.warnIfWeak(weights);
      rho.warnIfOutOfReach(model, weights, epochsDone);
    }
    if (!settings.byIterations() && epochsDone % settings.period() == 0) {
      update(model, iteration, BaseOptimizer.getEpochCount(model), evaluation, spreads);
    }
  }

  // ---- Z and U ----

  /** All Z and U; W is finite. */
  private void update(
      Model model,
      int iteration,
      int epoch,
      @Nullable ToDoubleFunction<Model> evaluation,
      List<WorkerSpread> spreads) {
    if (isReplanDue()) {
      replan(model, epoch);
    }
    updates++;
    stepsSinceUpdate = 0;
    List<AdmmHistory.Entry> entries = new ArrayList<>();
    for (ConstrainedWeight weight : weights) {
      double penalty = weight.state().penalty(weight.weight(model));
      double rhoBefore = weight.state().rho();
      AdmmUpdate found = weight.update(model, settings, updates, iteration, epoch);
      Constrained c = weight.constrained();
      entries.add(
          new AdmmHistory.Entry(
                  updates,
                  epoch,
                  iteration,
                  c.layer(),
                  c.parameter(),
                  rhoBefore,
                  found,
                  penalty,
                  model.score(),
                  Double.NaN)
              .among(spreads));
    }
    rho.move(weights, entries, updates);
    history.add(evaluation == null ? entries : evaluated(model, evaluation, entries));
  }

  private void checkFinite(Model model, int iteration) {
    for (ConstrainedWeight weight : weights) {
      if (!Double.isFinite(weight.state().penalty(weight.weight(model)))) {
        throw Divergence.of(weights, model, iteration, "W - Z became NaN or infinite");
      }
    }
  }

  private boolean isReplanDue() {
    int next = updates + 1;
    return settings.replanEvery() > 0
        && next % settings.replanEvery() == 0
        && next <= settings.replanShare() * rho.plannedUpdates();
  }

  /**
   * The plan's question asked again of W + U: U is what the loss wants of W beyond its set, so the
   * ranks so far do not hide what they cut. Z and U of the weights that stay are kept; those that
   * enter start afresh.
   */
  private void replan(Model model, int epoch) {
    CompressionPlan now = Objects.requireNonNull(goal.plan(), "checked with the settings");
    CompressionPlan next = now.rechosen(model, this::shifted);
    ConstrainedPlan nextGoal = ConstrainedPlan.of(next);
    if (nextGoal.constrained().equals(goal.constrained())) {
      return;
    }
    List<ConstrainedWeight> nextWeights =
        ConstrainedWeights.of(nextGoal.constrained(), settings, model);
    for (ConstrainedWeight weight : nextWeights) {
      Constrained c = weight.constrained();
      Optional<ConstrainedWeight> before = find(c.layer(), c.parameter());
      if (before.isPresent()) {
        weight.restore(before.get().state(), before.get().pull());
      } else {
        weight.start(model, weight.set(settings, updates), rho.after(weight, updates));
      }
    }
    rho.warnIfOutOfReach(model, nextWeights, epochsDone);
    goal = nextGoal;
    weights = List.copyOf(nextWeights);
    history.add(new AdmmHistory.Replanned(updates + 1, epoch, next));
    LOG.info("update {}: ranks chosen again\n{}", updates + 1, next);
  }

  private Optional<ConstrainedWeight> find(String layer, String parameter) {
    return weights.stream()
        .filter(w -> w.constrained().layer().equals(layer))
        .filter(w -> w.constrained().parameter().equals(parameter))
        .findFirst();
  }

  /** W + U of a constrained weight, W of another. */
  private INDArray shifted(NetworkLayer layer, String parameter) {
    INDArray w = CurrentWeights.ofNetwork().of(layer, parameter);
    return find(layer.name(), parameter)
        .map(c -> Detached.compute(() -> w.add(c.state().u())))
        .orElse(w);
  }

  private List<AdmmHistory.Entry> evaluated(
      Model model, ToDoubleFunction<Model> evaluation, List<AdmmHistory.Entry> entries) {
    double score = projected(model, () -> evaluation.applyAsDouble(model));
    return entries.stream().map(entry -> entry.withProjectedScore(score)).toList();
  }

  // ---- the network as it will be ----

  double penalty(Model model) {
    return weights.stream().mapToDouble(w -> w.state().penalty(w.weight(model))).sum();
  }

  Map<Constrained, AdmmState> states() {
    Map<Constrained, AdmmState> states = new LinkedHashMap<>();
    weights.forEach(weight -> states.put(weight.constrained(), weight.state()));
    return states;
  }

  <T> T projected(Model model, Supplier<T> action) {
    List<INDArray> kept =
        Detached.compute(() -> weights.stream().map(weight -> weight.weight(model).dup()).toList());
    try {
      weights.forEach(weight -> weight.weight(model).assign(weight.state().z()));
      return action.get();
    } finally {
      for (int i = 0; i < weights.size(); i++) {
        weights.get(i).weight(model).assign(kept.get(i));
      }
    }
  }

  synchronized void checkTrained(Model model) {
    watch.upTo(BaseOptimizer.getIterationCount(model));
    state(
        watch.missed() == 0,
        "%d iterations ran without the ADMM listener, so W was not held to its constraint"
            + " (setListeners replaces listeners, addListeners adds one); train on with the listener and"
            + " decompose with ModelSurgery.decompose(network, plan) if the distance is small enough",
        watch.missed());
    if (updates == 0) {
      LOG.warn("no epoch has ended under the constraint: this is plain decomposition");
    }
    rho.warnIfItWasWeak(weights);
  }

  // ---- saved state ----

  Counts counts() {
    return new Counts(
        firstIteration,
        firstEpoch,
        rho.iterationsPerEpoch(),
        updates,
        epochsDone,
        stepsSinceUpdate,
        watch.next(),
        watch.missed());
  }

  List<ConstrainedWeight> weights() {
    return weights;
  }

  ConstrainedPlan goal() {
    return goal;
  }

  /** Where the training stands; all of a saved state but its weights. */
  record Counts(
      int firstIteration,
      int firstEpoch,
      int iterationsPerEpoch,
      int updates,
      int epochsDone,
      int stepsSinceUpdate,
      int nextIteration,
      int missed) {}
}
