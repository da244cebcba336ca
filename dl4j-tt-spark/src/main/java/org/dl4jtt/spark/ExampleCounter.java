package org.dl4jtt.spark;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;

/** Counts the examples that a network trains on. */
final class ExampleCounter extends BaseTrainingListener {
  private long examples;

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    if (model instanceof NeuralNetwork) {
      examples += model.batchSize();
    }
  }

  long examples() {
    return examples;
  }
}
