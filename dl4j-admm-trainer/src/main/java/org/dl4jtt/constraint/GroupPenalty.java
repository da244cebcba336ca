package org.dl4jtt.constraint;

import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Dynamic regularisation: no set, but the proximal step of a group lasso whose weights follow the
 * norms of the groups, found anew at every update (the reweighting of Candès, Wakin and Boyd 2008,
 * §2.2, for groups). Groups of small norm are pulled to zero, large ones are left nearly alone.
 *
 * <pre>
 *   z_g = max(0, 1 − t_g / |v_g|) v_g        t_g = strength · m² / |v_g|
 * </pre>
 *
 * with m the root mean square of the norms: scaling the weight scales the result. A group vanishes
 * if its norm is at most √strength m, and one of twice that norm loses a quarter. Training with it
 * makes a weight ready for its target set, such as a {@link ChannelSet}, and is stored as that.
 *
 * @param groups what is pulled together
 * @param strength above 0; 1 makes every group of less than average energy vanish
 */
public record GroupPenalty(Groups groups, double strength) implements ConstraintSet {

  /** What is pulled together. */
  public enum Groups {
    /** Each output with its inputs and positions. */
    OUTPUTS,
    /** Each input with its outputs and positions. */
    INPUTS,
    /** Each entry alone. */
    ENTRIES
  }

  /** Checks the strength. */
  public GroupPenalty {
    argument(
        Double.isFinite(strength) && strength > 0,
        "a strength of %s; it must be positive and finite, and below 1 something is left for sure",
        strength);
  }

  @Override
  public void project(INDArray weight, INDArray out) {
    Entries entries = Entries.of(weight);
    double[] values = entries.values();
    if (groups == Groups.ENTRIES) {
      double[] factors = factors(Arrays.stream(values).map(v -> v * v).toArray());
      for (int i = 0; i < values.length; i++) {
        values[i] *= factors[i];
      }
    } else {
      boolean byOutput = groups == Groups.OUTPUTS;
      double[] factors = factors(byOutput ? entries.outputSquares() : entries.inputSquares());
      int inputs = entries.inputs();
      entries.forEach(
          (o, column, place) -> values[place] *= factors[byOutput ? o : column % inputs]);
    }
    entries.write(out);
  }

  /** {@code 1 − strength m² / |v_g|²}, not below 0. */
  private double[] factors(double[] squares) {
    double mean = Arrays.stream(squares).sum() / squares.length;
    return Arrays.stream(squares)
        .map(square -> square == 0 ? 0 : Math.max(0, 1 - strength * mean / square))
        .toArray();
  }

  @Override
  public String toString() {
    return "penalty "
        + strength
        + " on groups of "
        + groups.name().toLowerCase(java.util.Locale.ROOT);
  }
}
