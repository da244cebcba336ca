package org.dl4jtt.admm;

import static org.dl4jtt.tensor.Check.argument;

/**
 * How to train under the constraint. Immutable; start from {@link #defaults()}:
 *
 * <pre>{@code
 * AdmmSettings settings = AdmmSettings.defaults().withEpochs(60).withAnnealing(20);
 * }</pre>
 *
 * @param rho the penalty
 * @param epochs how many epochs are planned; the automatic ρ is fitted to them
 * @param iterationsPerEpoch mini-batches in an epoch; 0 to count them in the first one
 * @param period Z and U are updated after so many epochs, or iterations
 * @param byIterations whether the period counts iterations; not with ParallelWrapper, whose workers
 *     take their iterations side by side
 * @param weightDecay what becomes of L2 regularization on constrained weights
 * @param annealing the number of updates over which ranks go from full to their targets; 0 for the
 *     targets at once
 * @param sharedRho whether the residuals of all weights together move one ρ, rather than each
 *     weight's its own
 * @param tolerance training has converged when ‖W − Z‖/‖W‖ and ‖Z − Z_previous‖/‖Z‖ are no larger
 *     for any weight
 */
public record AdmmSettings(
    RhoSchedule rho,
    int epochs,
    int iterationsPerEpoch,
    int period,
    boolean byIterations,
    WeightDecay weightDecay,
    int annealing,
    boolean sharedRho,
    double tolerance) {

  /** Checks the numbers. */
  public AdmmSettings {
    argument(epochs >= 1, "epochs is %d; it must be 1 or more", epochs);
    argument(
        iterationsPerEpoch >= 0,
        "iterationsPerEpoch is %d; it must be positive, or 0 to be counted",
        iterationsPerEpoch);
    argument(period >= 1, "the period is %d; it must be 1 or more", period);
    argument(annealing >= 0, "annealing is %d; it must be 0 (none) or more updates", annealing);
    argument(tolerance >= 0, "the tolerance is %s; it must be 0 or more", tolerance);
  }

  /** Automatic ρ for 20 epochs, an update after every epoch, the network's own weight decay. */
  public static AdmmSettings defaults() {
    return new AdmmSettings(
        RhoSchedule.automatic(), 20, 0, 1, false, WeightDecay.KEEP, 0, false, 1e-3);
  }

  /** With another penalty. */
  public AdmmSettings withRho(RhoSchedule newRho) {
    return new AdmmSettings(
        newRho,
        epochs,
        iterationsPerEpoch,
        period,
        byIterations,
        weightDecay,
        annealing,
        sharedRho,
        tolerance);
  }

  /** With another constant penalty. */
  public AdmmSettings withRho(double constant) {
    return withRho(RhoSchedule.constant(constant));
  }

  /** For so many epochs. */
  public AdmmSettings withEpochs(int newEpochs) {
    return new AdmmSettings(
        rho,
        newEpochs,
        iterationsPerEpoch,
        period,
        byIterations,
        weightDecay,
        annealing,
        sharedRho,
        tolerance);
  }

  /** With so many mini-batches in an epoch. */
  public AdmmSettings withIterationsPerEpoch(int iterations) {
    return new AdmmSettings(
        rho,
        epochs,
        iterations,
        period,
        byIterations,
        weightDecay,
        annealing,
        sharedRho,
        tolerance);
  }

  /** With an update of Z and U after every k epochs. */
  public AdmmSettings withUpdateEveryEpochs(int k) {
    return new AdmmSettings(
        rho, epochs, iterationsPerEpoch, k, false, weightDecay, annealing, sharedRho, tolerance);
  }

  /** With an update of Z and U after every k iterations. */
  public AdmmSettings withUpdateEveryIterations(int k) {
    return new AdmmSettings(
        rho, epochs, iterationsPerEpoch, k, true, weightDecay, annealing, sharedRho, tolerance);
  }

  /** With weight decay handled in this way. */
  public AdmmSettings withWeightDecay(WeightDecay decay) {
    return new AdmmSettings(
        rho,
        epochs,
        iterationsPerEpoch,
        period,
        byIterations,
        decay,
        annealing,
        sharedRho,
        tolerance);
  }

  /** With ranks that go from full to their targets over so many updates. */
  public AdmmSettings withAnnealing(int updates) {
    return new AdmmSettings(
        rho,
        epochs,
        iterationsPerEpoch,
        period,
        byIterations,
        weightDecay,
        updates,
        sharedRho,
        tolerance);
  }

  /** With one schedule for all weights. */
  public AdmmSettings withSharedRho(boolean shared) {
    return new AdmmSettings(
        rho,
        epochs,
        iterationsPerEpoch,
        period,
        byIterations,
        weightDecay,
        annealing,
        shared,
        tolerance);
  }

  /** With another tolerance. */
  public AdmmSettings withTolerance(double newTolerance) {
    return new AdmmSettings(
        rho,
        epochs,
        iterationsPerEpoch,
        period,
        byIterations,
        weightDecay,
        annealing,
        sharedRho,
        newTolerance);
  }
}
