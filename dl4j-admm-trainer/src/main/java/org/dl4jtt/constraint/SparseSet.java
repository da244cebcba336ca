package org.dl4jtt.constraint;

import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import java.util.BitSet;
import org.dl4jtt.tensor.Metric;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weights with at most k entries that are not zero. The projection, exactly the nearest member,
 * keeps the k entries of largest magnitude; of equal ones the first in 'c' order.
 *
 * @param kept k; a weight with no more entries stays as it is
 */
public record SparseSet(long kept) implements ConstraintSet {
  /** Checks k. */
  public SparseSet {
    argument(kept >= 1, "%d entries kept; keep at least 1", kept);
  }

  @Override
  public void project(INDArray weight, INDArray out) {
    keep(kept, weight, out);
  }

  /**
   * Keeps what the loss would miss most: the entries of largest {@code h_o w² / [C⁻¹]_ii}, their
   * loss if all others made up for it; those left then make up for what went (Optimal Brain
   * Surgeon, Hassibi and Stork 1993, layer by layer; all at once, not one by one). Never farther in
   * the metric than the projection without it.
   */
  @Override
  public void project(INDArray weight, Metric metric, INDArray out) {
    INDArray plain = Projection.of(this, weight);
    if (InputMoment.isTrivial(metric, weight)) {
      out.assign(plain);
      return;
    }
    Entries entries = Entries.of(weight);
    InputMoment moment = InputMoment.of(metric, entries);
    double[] worth = moment.worth();
    double[] values = entries.values();
    double[] missed = new double[values.length];
    entries.forEach(
        (o, column, place) ->
            missed[place] =
                moment.output(o) * values[place] * values[place] * worth[column % worth.length]);
    BitSet chosen = new BitSet();
    for (int i : Entries.largest(missed, (int) Math.min(kept, (long) values.length))) {
      chosen.set(i);
    }
    double[][] rows = entries.rows();
    BitSet[] keptOf = new BitSet[rows.length];
    Arrays.setAll(keptOf, o -> new BitSet());
    entries.forEach((o, column, place) -> keptOf[o].set(column, chosen.get(place)));
    for (int o = 0; o < rows.length; o++) {
      moment.keep(rows[o], keptOf[o]);
    }
    entries.setRows(rows);
    INDArray calibrated = Projection.like(weight);
    entries.write(calibrated);
    InputMoment.writeBetter(metric, weight, plain, calibrated, out);
  }

  private static void keep(long kept, INDArray weight, INDArray out) {
    Entries entries = Entries.of(weight);
    double[] values = entries.values();
    double[] original = values.clone();
    int[] largest =
        Entries.largest(entries.magnitudes(), (int) Math.min(kept, (long) values.length));
    Arrays.fill(values, 0);
    for (int i : largest) {
      values[i] = original[i];
    }
    entries.write(out);
  }

  @Override
  public ConstraintSet relaxed(double progress) {
    return progress >= 1 ? this : new Relaxed(kept, progress);
  }

  /** Keeps n^(1-p) k^p of n entries at progress p: equal steps cut by equal factors. */
  private record Relaxed(long kept, double progress) implements ConstraintSet {
    @Override
    public void project(INDArray weight, INDArray out) {
      int n = Math.toIntExact(weight.length());
      int target = (int) Math.min(kept, n);
      keep(Relaxation.between(n, target, progress), weight, out);
    }
  }

  @Override
  public String toString() {
    return kept + " entries that are not zero";
  }
}
