package org.dl4jtt.admm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.api.Model;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ρ of every weight, fitted to what its updater can do in the planned epochs, and the warnings
 * where that is too little. The number of iterations in an epoch may become known only at the end
 * of the first.
 */
final class RhoFit {
  private static final Logger LOG = LoggerFactory.getLogger(RhoFit.class);

  /** Mini-batches in an epoch until the first has been counted. */
  private static final int ASSUMED_ITERATIONS = 100;

  private final AdmmSettings settings;
  private final int firstIteration;
  private final int firstEpoch;
  private int iterationsPerEpoch;

  /**
   * @param firstIteration of the network, at which the constraint began
   * @param firstEpoch the same
   * @param iterationsPerEpoch 0 if not known yet
   */
  RhoFit(AdmmSettings settings, int firstIteration, int firstEpoch, int iterationsPerEpoch) {
    this.settings = settings;
    this.firstIteration = firstIteration;
    this.firstEpoch = firstEpoch;
    this.iterationsPerEpoch = iterationsPerEpoch;
  }

  int iterationsPerEpoch() {
    return iterationsPerEpoch;
  }

  /** The first epoch has ended after so many iterations. */
  void counted(int iterations) {
    iterationsPerEpoch = iterations;
  }

  // ---- ρ ----

  double initial(ConstrainedWeight weight) {
    return settings.rho().initial(horizon(weight));
  }

  /** Of a weight that enters after so many updates: ρ if residuals had stayed in balance. */
  double after(ConstrainedWeight weight, int updates) {
    return scheduled(horizon(weight), updates + 1)[updates];
  }

  /** The first epoch ran on an assumed number of iterations; now it is known. U is still 0. */
  void refit(List<ConstrainedWeight> weights) {
    for (ConstrainedWeight weight : weights) {
      weight.state().setRho(initial(weight));
    }
  }

  /**
   * ρ after an update.
   *
   * @param entries of this update, one for each weight
   * @param updates until now, this one included
   */
  void move(List<ConstrainedWeight> weights, List<AdmmHistory.Entry> entries, int updates) {
    Residuals together =
        entries.stream()
            .map(e -> e.found().residuals())
            .reduce(new Residuals(0, 0), Residuals::and);
    for (int i = 0; i < weights.size(); i++) {
      ConstrainedWeight weight = weights.get(i);
      Residuals residuals = settings.sharedRho() ? together : entries.get(i).found().residuals();
      double rho = weight.state().rho();
      weight.state().setRho(settings.rho().next(rho, updates, residuals, horizon(weight)));
    }
  }

  // ---- what it is fitted to ----

  int plannedUpdates() {
    int epochs = settings.epochs();
    return (settings.byIterations() ? epochs * knownOrAssumed() : epochs) / settings.period();
  }

  private TrainingReach horizon(ConstrainedWeight weight) {
    return weight.horizon(
        firstIteration, firstEpoch, settings.epochs(), knownOrAssumed(), plannedUpdates());
  }

  private int knownOrAssumed() {
    return iterationsPerEpoch > 0 ? iterationsPerEpoch : ASSUMED_ITERATIONS;
  }

  /** ρ before the first so many updates, if residuals stay in balance. */
  private double[] scheduled(TrainingReach horizon, int updates) {
    Residuals balanced = new Residuals(1, 1);
    double[] rho = new double[updates];
    rho[0] = settings.rho().initial(horizon);
    for (int update = 1; update < updates; update++) {
      rho[update] = settings.rho().next(rho[update - 1], update, balanced, horizon);
    }
    return rho;
  }

  // ---- warnings ----

  /** Before: of weights that the planned epochs will hardly bring to their sets. */
  void warnIfWeak(List<ConstrainedWeight> weights) {
    for (ConstrainedWeight weight : weights) {
      TrainingReach horizon = horizon(weight);
      double[] rho = scheduled(horizon, Math.max(1, horizon.updates()));
      double pull = Arrays.stream(rho).sum() / rho.length * horizon.reach();
      if (horizon.gradientDescent() && pull < AutomaticRho.WEAK_PULL) {
        LOG.warn(
            "{}: rho * sum of lr / (1 - momentum) over the {} planned epochs is {}; below 10 the weight will"
                + " hardly reach its constraint: use a rho of {}, more epochs or a larger learning rate",
            weight.constrained().label(),
            settings.epochs(),
            String.format(Locale.ROOT, "%.3g", pull),
            String.format(Locale.ROOT, "%.3g", AutomaticRho.PULL / horizon.reach()));
      }
    }
  }

  /**
   * Of weights that no ρ can bring to their sets in the planned epochs that are left: their
   * learning rates add up to less than W's distance. Silent until the iterations are counted.
   *
   * @param epochsDone under the constraint
   */
  void warnIfOutOfReach(Model model, List<ConstrainedWeight> weights, int epochsDone) {
    int epochs = settings.epochs() - epochsDone;
    if (iterationsPerEpoch == 0 || epochs <= 0) {
      return;
    }
    int iteration = firstIteration + epochsDone * iterationsPerEpoch;
    int epoch = firstEpoch + epochsDone;
    List<String> far = new ArrayList<>();
    for (ConstrainedWeight weight : weights) {
      if (weight.stepsAreBounded()) {
        double reach = weight.horizon(iteration, epoch, epochs, iterationsPerEpoch, 0).reach();
        double distance = weight.distance(model);
        if (distance > reach) {
          far.add(
              String.format(
                  Locale.ROOT,
                  "%s is %.3g away (root mean square), its learning rates add up to %.3g",
                  weight.constrained().label(),
                  distance,
                  reach));
        }
      }
    }
    if (!far.isEmpty()) {
      LOG.warn(
          "no rho will bring these weights to their constraints in the {} epochs left, as no step of their"
              + " updaters is much longer than the learning rate: {}; use more epochs, a larger learning rate"
              + " or a milder ratio",
          epochs,
          String.join("; ", far));
    }
  }

  /** Afterwards: of weights that were pulled too little. */
  void warnIfItWasWeak(List<ConstrainedWeight> weights) {
    for (ConstrainedWeight weight : weights) {
      boolean weak = weight.pull() < AutomaticRho.WEAK_PULL;
      if (weak && horizon(weight).gradientDescent()) {
        LOG.warn(
            "{}: rho * sum of lr / (1 - momentum) came to {}, below 10: W may be far from its constraint",
            weight.constrained().label(),
            String.format(Locale.ROOT, "%.3g", weight.pull()));
      }
    }
  }
}
