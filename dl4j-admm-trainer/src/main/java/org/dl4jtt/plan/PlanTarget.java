package org.dl4jtt.plan;

import static org.dl4jtt.internal.Check.argument;

import java.io.Serializable;

/**
 * What a plan was made to meet: the cost of the whole network after compression over that before.
 *
 * @param unit what is counted
 * @param ratio after / before, over 0 and up to 1
 */
public record PlanTarget(Unit unit, double ratio) implements Serializable {

  /** What a target counts. */
  public enum Unit {
    /** Parameters. */
    WEIGHTS,
    /** Operations for one example. */
    FLOPS,
    /** Predicted time for one example. */
    TIME
  }

  /** Checks the ratio. */
  public PlanTarget {
    argument(
        ratio > 0 && ratio <= 1, "the ratio after / before is over 0 and up to 1, got %s", ratio);
  }
}
