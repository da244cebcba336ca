package org.dl4jtt.constraint;

import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import java.util.BitSet;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weights that are zero outside a mask: the edges of a graph, or what an earlier pruning left. The
 * projection, exactly the nearest member, puts zeros there. A convex set.
 *
 * <pre>{@code
 * SupportSet pruned = SupportSet.ofNonZeros(net.getParam("0_W")); // fine-tuning keeps the zeros
 * }</pre>
 */
public final class SupportSet implements ConstraintSet {
  private final long[] shape;
  private final BitSet kept;

  private SupportSet(long[] shape, BitSet kept) {
    this.shape = shape;
    this.kept = kept;
  }

  /**
   * Creates the set of the weights that are zero where the mask, or another weight, is.
   *
   * @param mask of the parameter's shape, any type and memory order; copied
   * @throws IllegalArgumentException if it is zero everywhere, or holds NaN
   */
  public static SupportSet ofNonZeros(INDArray mask) {
    Entries entries = Entries.of(mask.castTo(DataType.DOUBLE));
    BitSet kept = new BitSet();
    for (int i = 0; i < entries.values().length; i++) {
      kept.set(i, entries.values()[i] != 0);
    }
    argument(
        !kept.isEmpty(),
        "the mask of shape %s is zero everywhere; a weight that is all zero needs no set",
        Arrays.toString(mask.shape()));
    return new SupportSet(mask.shape(), kept);
  }

  /** Returns how many entries may differ from zero. */
  public long kept() {
    return kept.cardinality();
  }

  @Override
  public void project(INDArray weight, INDArray out) {
    argument(
        Arrays.equals(weight.shape(), shape),
        "the weight has shape %s, but the mask has %s; a mask has the shape of its parameter",
        Arrays.toString(weight.shape()),
        Arrays.toString(shape));
    Entries entries = Entries.of(weight);
    double[] values = entries.values();
    for (int i = kept.nextClearBit(0); i < values.length; i = kept.nextClearBit(i + 1)) {
      values[i] = 0;
    }
    entries.write(out);
  }

  @Override
  public boolean convex() {
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SupportSet that
        && Arrays.equals(shape, that.shape)
        && kept.equals(that.kept);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(shape) + kept.hashCode();
  }

  @Override
  public String toString() {
    return "zero outside " + kept() + " entries of " + Arrays.toString(shape);
  }
}
