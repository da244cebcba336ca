package org.dl4jtt.examples.trial;

import static org.dl4jtt.tensor.Check.argument;

/**
 * Further epochs, the same number for every run.
 *
 * @param constrained those that ADMM spends under the constraint
 * @param fineTuning those that are left to it after decomposition
 */
public record Budget(int constrained, int fineTuning) {

  /** Checks the numbers. */
  public Budget {
    argument(
        constrained >= 1 && fineTuning >= 0,
        "%d constrained epochs and %d of fine-tuning; give 1 or more, and 0 or more",
        constrained,
        fineTuning);
  }

  /** So many epochs in all, about this share of them under the constraint. */
  public static Budget of(int epochs, double constrainedShare) {
    argument(epochs >= 1, "%d epochs; give 1 or more", epochs);
    int most = Math.max(1, epochs - 1); // one is left for fine-tuning, if there are two
    int constrained = Math.min(most, Math.max(1, (int) Math.round(constrainedShare * epochs)));
    return new Budget(constrained, epochs - constrained);
  }

  /** All of them. */
  public int epochs() {
    return constrained + fineTuning;
  }
}
