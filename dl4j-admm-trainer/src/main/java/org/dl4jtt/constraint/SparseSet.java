package org.dl4jtt.constraint;

import static org.dl4jtt.internal.Check.argument;

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

  private static void keep(long kept, INDArray weight, INDArray out) {
    Entries entries = Entries.of(weight);
    double[] values = entries.values();
    double[] original = values.clone();
    int[] largest =
        Entries.largest(entries.magnitudes(), (int) Math.min(kept, (long) values.length));
    java.util.Arrays.fill(values, 0);
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
