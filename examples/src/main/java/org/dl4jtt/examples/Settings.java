package org.dl4jtt.examples;

import static org.dl4jtt.tensor.Check.argument;

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

  Settings {
    argument(baseEpochs >= 1, "--base-epochs %d; give 1 or more", baseEpochs);
    argument(furtherEpochs >= 1, "--epochs %d; give 1 or more", furtherEpochs);
    argument(learningRate > 0, "--learning-rate %s; it must be positive", learningRate);
    argument(rho == null || rho > 0, "--rho %s; it must be positive", rho);
  }

  /** The further epochs that the constrained run spends under its constraint: about 80 %. */
  int constrainedEpochs() {
    int most = Math.max(1, furtherEpochs - 1); // one is left for fine-tuning, if there are two
    return Math.min(most, Math.max(1, Math.round(0.8f * furtherEpochs)));
  }

  /** The further epochs that are left to it for fine-tuning. */
  int fineTuningEpochs() {
    return furtherEpochs - constrainedEpochs();
  }
}
