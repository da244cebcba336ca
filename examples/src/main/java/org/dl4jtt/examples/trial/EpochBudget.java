package org.dl4jtt.examples.trial;

import static org.dl4jtt.internal.Check.argument;

import org.dl4jtt.admm.AdmmSettings;

/**
 * Further epochs, the same number for every run.
 *
 * @param constrained those that ADMM spends under the constraint
 * @param fineTuning those that are left to it after decomposition
 */
public record EpochBudget(int constrained, int fineTuning) {
  /** Epochs are few, so Z and U are updated within them, too. */
  private static final int UPDATES_PER_EPOCH = 5;

  /** W needs some steps to follow Z, or U runs away. */
  private static final int LEAST_ITERATIONS = 15;

  /** For this share of the constrained epochs, ranks are chosen again about once in each. */
  private static final double REPLANNING = 0.25;

  /** Checks the numbers. */
  public EpochBudget {
    argument(
        constrained >= 1 && fineTuning >= 0,
        "%d constrained epochs and %d of fine-tuning; give 1 or more, and 0 or more",
        constrained,
        fineTuning);
  }

  /** So many epochs in all, about this share of them under the constraint. */
  public static EpochBudget of(int epochs, double constrainedShare) {
    argument(epochs >= 1, "%d epochs; give 1 or more", epochs);
    int most = Math.max(1, epochs - 1); // one is left for fine-tuning, if there are two
    int constrained = Math.min(most, Math.max(1, (int) Math.round(constrainedShare * epochs)));
    return new EpochBudget(constrained, epochs - constrained);
  }

  /**
   * ADMM for so few epochs.
   *
   * @param iterationsPerEpoch mini-batches
   */
  public AdmmSettings admmSettings(int iterationsPerEpoch) {
    int all = iterationsPerEpoch * constrained;
    int period = Math.min(Math.max(LEAST_ITERATIONS, iterationsPerEpoch / UPDATES_PER_EPOCH), all);
    return AdmmSettings.defaults()
        .withEpochs(constrained)
        .withIterationsPerEpoch(iterationsPerEpoch)
        .withUpdateEveryIterations(period)
        .withReplanning(Math.max(1, iterationsPerEpoch / period), REPLANNING);
  }

  /** All of them. */
  public int epochs() {
    return constrained + fineTuning;
  }
}
