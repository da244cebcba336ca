package org.dl4jtt.admm;

/**
 * Notices iterations that a network trained without the listener: after {@code setListeners} of
 * others, which replaces it. Workers of a ParallelWrapper count side by side from the same number,
 * and leave no gap either.
 */
final class IterationWatch {
  private int next;
  private int missed;

  IterationWatch(int next, int missed) {
    this.next = next;
    this.missed = missed;
  }

  /** The network has done iteration number {@code iteration}. */
  void done(int iteration) {
    upTo(iteration);
    next = Math.max(next, iteration + 1);
  }

  /** The network's next iteration is this one. */
  void upTo(int iteration) {
    missed += Math.max(0, iteration - next);
    next = Math.max(next, iteration);
  }

  /** The number of the next iteration. */
  int next() {
    return next;
  }

  /** How many iterations ran without the listener. */
  int missed() {
    return missed;
  }
}
