package org.dl4jtt.examples.trial;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** Data to train on and a way to judge a network. Used from several threads at once. */
public interface Task {
  /** The mini-batches of an epoch; their order depends on seed and epoch alone. */
  DataSetIterator epoch(long seed, int epoch);

  /** Mini-batches in an epoch. */
  int iterationsPerEpoch();

  /** The share of test examples that are classified correctly. */
  double accuracy(ComputationGraph network);
}
