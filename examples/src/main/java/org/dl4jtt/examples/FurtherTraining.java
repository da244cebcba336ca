package org.dl4jtt.examples;

import picocli.CommandLine.Option;

/** {@code --base-epochs}, {@code --epochs}, {@code --learning-rate}: how long, and at what rate. */
final class FurtherTraining {
  @Option(
      names = "--base-epochs",
      paramLabel = "N",
      description = "epochs of the dense network first (default: ${DEFAULT-VALUE})")
  private int baseEpochs;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "further epochs of each run (default: ${DEFAULT-VALUE})")
  private int epochs;

  @Option(
      names = "--learning-rate",
      paramLabel = "LR",
      description = "peak of the learning rate (default: ${DEFAULT-VALUE})")
  private double learningRate = 0.04;

  /** By default so many epochs of the dense network, and so many further ones. */
  FurtherTraining(int baseEpochs, int epochs) {
    this.baseEpochs = baseEpochs;
    this.epochs = epochs;
  }

  int baseEpochs() {
    return baseEpochs;
  }

  int epochs() {
    return epochs;
  }

  double learningRate() {
    return learningRate;
  }
}
