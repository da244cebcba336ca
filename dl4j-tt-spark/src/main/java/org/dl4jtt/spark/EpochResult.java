package org.dl4jtt.spark;

import java.util.Locale;

/**
 * An epoch of a training on Spark, over all workers.
 *
 * @param epoch its number, from 1
 * @param epochs that are planned
 * @param workers that had data
 * @param examples that they trained on
 * @param score mean of their networks' last scores, as DL4J has it: without the penalty
 * @param relativeDistance the largest ‖W − Z‖/‖W‖; NaN without constraints
 * @param bytes of numbers in the broadcast
 * @param seconds that the epoch took
 * @param workerSeconds that the slowest worker took of them
 */
public record EpochResult(
    int epoch,
    int epochs,
    int workers,
    long examples,
    double score,
    double relativeDistance,
    long bytes,
    double seconds,
    double workerSeconds) {

  /** One line for people. */
  @Override
  public String toString() {
    String distance =
        Double.isNaN(relativeDistance)
            ? ""
            : String.format(Locale.ROOT, ", |W - Z|/|W| %.4f", relativeDistance);
    return String.format(
        Locale.ROOT,
        "epoch %d of %d: %d workers, %d examples, score %.4f%s, %.1f s (slowest worker %.1f s)",
        epoch,
        epochs,
        workers,
        examples,
        score,
        distance,
        seconds,
        workerSeconds);
  }
}
