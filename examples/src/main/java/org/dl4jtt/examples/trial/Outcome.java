package org.dl4jtt.examples.trial;

import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * What came of one way to spend the further epochs.
 *
 * @param group runs that are compared with each other, such as a ratio of weights
 * @param run the way
 * @param weights of the network
 * @param before accuracy before fine-tuning, or before any further epoch where nothing is
 *     decomposed; 0 … 1
 * @param after accuracy at the end
 */
public record Outcome(String group, String run, long weights, double before, double after) {

  /** Returns that of a network as it is. */
  public static Outcome of(String group, String run, ComputationGraph network, Task task) {
    double accuracy = task.accuracy(network);
    return new Outcome(group, run, network.numParams(), accuracy, accuracy);
  }
}
