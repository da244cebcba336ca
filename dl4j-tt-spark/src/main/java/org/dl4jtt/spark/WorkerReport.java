package org.dl4jtt.spark;

import java.io.Serializable;

/** What a worker tells of an epoch. */
final class WorkerReport implements Serializable {
  private static final long serialVersionUID = 1;

  final int worker;
  final long examples;

  /** The network's count after the epoch. */
  final int iteration;

  final double score;
  final double seconds;

  /** {@code ‖W_i‖²}, {@code ‖W_i − Z‖²} and {@code ‖W_i − Z + U_i‖²} of every weight. */
  final double[] norms;

  final double[] distances;
  final double[] pulls;

  WorkerReport(
      int worker,
      long examples,
      int iteration,
      double score,
      double seconds,
      double[] norms,
      double[] distances,
      double[] pulls) {
    this.worker = worker;
    this.examples = examples;
    this.iteration = iteration;
    this.score = score;
    this.seconds = seconds;
    this.norms = norms;
    this.distances = distances;
    this.pulls = pulls;
  }
}
