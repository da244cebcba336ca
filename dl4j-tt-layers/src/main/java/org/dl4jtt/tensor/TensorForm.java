package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.nd4j.shade.jackson.annotation.JsonIgnore;

/**
 * A weight in tensor form, without its numbers: what a saved layer holds.
 *
 * <pre>
 *   PAIRED    core k  [r_{k-1}, m_k, n_k, r_k]     (a kernel's first core: [r₀, kH·kW, 1, r₁])
 *   SEPARATED core k  [r_{k-1}, n_k, r_k]
 * </pre>
 *
 * A train has r₀ = r_d = 1, a ring r₀ = r_d ≥ 1.
 *
 * @param format version of this description, {@value #FORMAT}
 * @param tensorization scheme and modes
 * @param ranks r₀ … r_d, one more than there are cores
 */
public record TensorForm(int format, Tensorization tensorization, List<Integer> ranks)
    implements Serializable {
  /** The newest version that this release reads. */
  public static final int FORMAT = 1;

  private static final int MAX_WEIGHTS = Integer.MAX_VALUE;

  /**
   * Checks the ranks.
   *
   * @throws IllegalArgumentException for a newer format, a wrong number of ranks, a rank below 1,
   *     r₀ ≠ r_d, or more than 2^31 - 1 weights in a core or in all of them
   */
  public TensorForm {
    argument(
        format >= 1, "the tensor format is %d, the first one is 1; the model is damaged", format);
    argument(
        format <= FORMAT,
        "the model's tensor format is %d, this release of dl4j-tt reads up to %d; use a newer release",
        format,
        FORMAT);
    argument(tensorization != null, "tensorization is missing");
    argument(ranks != null, "ranks are missing");
    List<Integer> modes = tensorization.modes();
    int d = modes.size();
    argument(
        ranks.size() == d + 1,
        "%d cores need %d ranks, got %s",
        d,
        d + 1,
        ranks.size() > 2 * (d + 1) ? ranks.size() : ranks);
    for (Integer rank : ranks) {
      argument(
          rank != null && rank >= 1,
          "ranks %s has a rank of %s; every rank is 1 or more",
          ranks,
          rank);
    }
    ranks = List.copyOf(ranks);
    argument(
        ranks.get(0).equals(ranks.get(d)),
        "first and last rank must be equal (1 for a train), got %s",
        ranks);
    for (int k = 0; k < d; k++) {
      double size = (double) ranks.get(k) * modes.get(k) * ranks.get(k + 1);
      argument(
          size <= MAX_WEIGHTS,
          "core %d of mode %d with ranks %d and %d would hold %.0f weights, more than 2147483647",
          k,
          modes.get(k),
          ranks.get(k),
          ranks.get(k + 1),
          size);
    }
    long all = weights(modes, ranks); // at most 129 cores of 2^31: no overflow
    argument(
        all <= MAX_WEIGHTS,
        "the cores of %s with ranks %s would hold %d weights together, more than 2147483647",
        tensorization,
        ranks,
        all);
  }

  /** The current format. */
  public static TensorForm of(Tensorization tensorization, List<Integer> ranks) {
    return new TensorForm(FORMAT, tensorization, ranks);
  }

  /** A train with this rank between all cores, where it can be reached. */
  public static TensorForm train(Tensorization tensorization, int rank) {
    return uniform(tensorization, rank, 1);
  }

  /** A ring with this rank between all cores, where it can be reached. */
  public static TensorForm ring(Tensorization tensorization, int rank) {
    return uniform(tensorization, rank, rank);
  }

  private static TensorForm uniform(Tensorization tensorization, int rank, int ends) {
    int d = tensorization.modes().size();
    List<Integer> ranks = new ArrayList<>(Collections.nCopies(d + 1, rank));
    ranks.set(0, ends);
    ranks.set(d, ends);
    return of(tensorization, RankBounds.clip(tensorization, ranks));
  }

  /** The number of cores, d. */
  public int order() {
    return ranks.size() - 1;
  }

  /** True if r₀ = r_d = 1. */
  @JsonIgnore
  public boolean isTrain() {
    return ranks.get(0) == 1;
  }

  /** The shape of core k as a parameter, 4 axes if PAIRED and 3 if SEPARATED. */
  public long[] coreShape(int k) {
    long left = ranks.get(k);
    long right = ranks.get(k + 1);
    if (tensorization.scheme() == Scheme.SEPARATED) {
      return new long[] {left, tensorization.modes().get(k), right};
    }
    int pair = tensorization.isKernel() ? k - 1 : k;
    return pair < 0
        ? new long[] {left, tensorization.positions(), 1, right}
        : new long[] {
          left, tensorization.outputModes().get(pair), tensorization.inputModes().get(pair), right
        };
  }

  /** The shapes of all cores. */
  public List<long[]> coreShapes() {
    List<long[]> shapes = new ArrayList<>();
    for (int k = 0; k < order(); k++) {
      shapes.add(coreShape(k));
    }
    return shapes;
  }

  /** The number of weights of all cores together, without the bias. */
  public long weights() {
    return weights(tensorization.modes(), ranks);
  }

  private static long weights(List<Integer> modes, List<Integer> ranks) {
    long sum = 0;
    for (int k = 0; k < modes.size(); k++) {
      sum += (long) ranks.get(k) * modes.get(k) * ranks.get(k + 1);
    }
    return sum;
  }

  @Override
  public String toString() {
    return tensorization + ", ranks " + ranks;
  }
}
