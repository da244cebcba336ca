package org.dl4jtt.admm;

import static org.dl4jtt.internal.Check.argument;

import java.io.Serializable;
import java.util.function.Consumer;

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
 * @param replanEvery ranks are chosen again from W + U, for the same target, at every so many-th
 *     update; 0 for never
 * @param replanShare until this share of the planned updates is done; the ranks of then stay, so
 *     that W can reach them
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
    int replanEvery,
    double replanShare,
    double tolerance)
    implements Serializable {

  /** Checks the numbers. */
  public AdmmSettings {
    argument(epochs >= 1, "epochs is %d; it must be 1 or more", epochs);
    argument(
        iterationsPerEpoch >= 0,
        "iterationsPerEpoch is %d; it must be positive, or 0 to be counted",
        iterationsPerEpoch);
    argument(period >= 1, "the period is %d; it must be 1 or more", period);
    argument(annealing >= 0, "annealing is %d; it must be 0 (none) or more updates", annealing);
    argument(
        replanEvery >= 0, "replanEvery is %d; it must be 0 (never) or more updates", replanEvery);
    argument(
        replanShare >= 0 && replanShare <= 1,
        "replanShare is %s; it must be from 0 to 1, a share of the planned updates",
        replanShare);
    argument(tolerance >= 0, "the tolerance is %s; it must be 0 or more", tolerance);
  }

  /** Automatic ρ for 20 epochs, an update after every epoch, the network's own weight decay. */
  public static AdmmSettings defaults() {
    return new AdmmSettings(
        RhoSchedule.automatic(), 20, 0, 1, false, WeightDecay.KEEP, 0, false, 0, 0, 1e-3);
  }

  /** With another penalty. */
  public AdmmSettings withRho(RhoSchedule newRho) {
    return with(s -> s.rho = newRho);
  }

  /** With another constant penalty. */
  public AdmmSettings withRho(double constant) {
    return withRho(RhoSchedule.constant(constant));
  }

  /** For so many epochs. */
  public AdmmSettings withEpochs(int newEpochs) {
    return with(s -> s.epochs = newEpochs);
  }

  /** With so many mini-batches in an epoch. */
  public AdmmSettings withIterationsPerEpoch(int iterations) {
    return with(s -> s.iterationsPerEpoch = iterations);
  }

  /** With an update of Z and U after every k epochs. */
  public AdmmSettings withUpdateEveryEpochs(int k) {
    return with(
        s -> {
          s.period = k;
          s.byIterations = false;
        });
  }

  /** With an update of Z and U after every k iterations. */
  public AdmmSettings withUpdateEveryIterations(int k) {
    return with(
        s -> {
          s.period = k;
          s.byIterations = true;
        });
  }

  /** With weight decay handled in this way. */
  public AdmmSettings withWeightDecay(WeightDecay decay) {
    return with(s -> s.weightDecay = decay);
  }

  /** With ranks that go from full to their targets over so many updates. */
  public AdmmSettings withAnnealing(int updates) {
    return with(s -> s.annealing = updates);
  }

  /** With one schedule for all weights. */
  public AdmmSettings withSharedRho(boolean shared) {
    return with(s -> s.sharedRho = shared);
  }

  /**
   * With ranks that are chosen again as training goes on. A plan is made from the weights as they
   * are before it, whose spectra are partly what random initial weights left behind; those of W + U
   * after some updates show what the loss needs. The target stays; layers may enter the plan or
   * leave it. Every time takes as long as making the plan did.
   *
   * @param everyUpdates at every so many-th update of Z and U; 0 for never
   * @param untilShare of the planned updates, such as 0.5; the rest is left for W to reach the set
   */
  public AdmmSettings withReplanning(int everyUpdates, double untilShare) {
    return with(
        s -> {
          s.replanEvery = everyUpdates;
          s.replanShare = untilShare;
        });
  }

  /** With another tolerance. */
  public AdmmSettings withTolerance(double newTolerance) {
    return with(s -> s.tolerance = newTolerance);
  }

  private AdmmSettings with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.settings();
  }

  /** The same settings while one of them changes. */
  private static final class Copy {
    private RhoSchedule rho;
    private int epochs;
    private int iterationsPerEpoch;
    private int period;
    private boolean byIterations;
    private WeightDecay weightDecay;
    private int annealing;
    private boolean sharedRho;
    private int replanEvery;
    private double replanShare;
    private double tolerance;

    Copy(AdmmSettings from) {
      rho = from.rho;
      epochs = from.epochs;
      iterationsPerEpoch = from.iterationsPerEpoch;
      period = from.period;
      byIterations = from.byIterations;
      weightDecay = from.weightDecay;
      annealing = from.annealing;
      sharedRho = from.sharedRho;
      replanEvery = from.replanEvery;
      replanShare = from.replanShare;
      tolerance = from.tolerance;
    }

    AdmmSettings settings() {
      return new AdmmSettings(
          rho,
          epochs,
          iterationsPerEpoch,
          period,
          byIterations,
          weightDecay,
          annealing,
          sharedRho,
          replanEvery,
          replanShare,
          tolerance);
    }
  }

  /**
   * These settings as JSON: an entry for each component, with {@code rho} one of
   *
   * <pre>{@code
   * {"schedule" : "automatic"}
   * {"schedule" : "constant", "rho" : 0.001}
   * {"schedule" : "geometric", "start" : 0.001, "factor" : 1.5, "limit" : 1.0}
   * {"schedule" : "residualBalancing", "start" : 0.01}
   * }</pre>
   *
   * @throws IllegalArgumentException if the ρ schedule is none of {@link RhoSchedule}'s own
   */
  public String toJson() {
    return AdmmSettingsJson.write(this);
  }

  /**
   * Settings from their JSON.
   *
   * @throws IllegalArgumentException naming the entry that is wrong
   */
  public static AdmmSettings fromJson(String json) {
    return AdmmSettingsJson.read(json);
  }
}
