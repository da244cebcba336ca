package org.dl4jtt.examples;

import static org.dl4jtt.internal.Check.argument;

import org.dl4jtt.examples.trial.EpochBudget;
import org.jspecify.annotations.Nullable;

/**
 * What decides the outcome of an experiment, together with the data.
 *
 * @param baseEpochs of the network that is compressed
 * @param furtherEpochs of every run after that
 * @param rho penalty of the constrained epochs; null for the trainer's own choice
 */
record Settings(
    long seed, int baseEpochs, int furtherEpochs, double learningRate, @Nullable Double rho) {
  private static final double CONSTRAINED = 0.8;

  Settings {
    argument(baseEpochs >= 1, "--base-epochs %d; give 1 or more", baseEpochs);
    argument(furtherEpochs >= 1, "--epochs %d; give 1 or more", furtherEpochs);
    argument(learningRate > 0, "--learning-rate %s; it must be positive", learningRate);
    argument(rho == null || rho > 0, "--rho %s; it must be positive", rho);
  }

  /** The further epochs: about 80 % of them under the constraint. */
  EpochBudget budget() {
    return EpochBudget.of(furtherEpochs, CONSTRAINED);
  }
}
