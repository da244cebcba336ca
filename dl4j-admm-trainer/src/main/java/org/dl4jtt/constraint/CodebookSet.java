package org.dl4jtt.constraint;

import static org.dl4jtt.internal.Check.argument;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weights of at most k different values. The projection is k-means in one dimension: exactly the
 * nearest member, by dynamic programming, while k times the number of different entries is at most
 * 2^24. Larger weights are first gathered in as many groups of neighbours as that allows.
 *
 * @param values k, from 1 to 65,536
 */
public record CodebookSet(int values) implements ConstraintSet {
  /** Checks k. */
  public CodebookSet {
    argument(values >= 1 && values <= 1 << 16, "a codebook of %d values; from 1 to 65536", values);
  }

  @Override
  public void project(INDArray weight, INDArray out) {
    Entries entries = Entries.of(weight);
    double[] numbers = entries.values();
    Codebook codebook = Codebook.best(numbers, values);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = codebook.nearest(numbers[i]);
    }
    entries.write(out);
  }

  @Override
  public String toString() {
    return "codebook of " + values;
  }
}
