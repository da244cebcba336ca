package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import java.util.List;

/**
 * The ranks that modes can use: {@code r_k ≤ r_{k-1} n_k} and {@code r_k ≤ n_{k+1} r_{k+1}}, at
 * every bond and, in a ring, around its end. A higher rank adds weights but no tensor that a lower
 * one cannot hold: a core of {@code [r_{k-1} n_k, r_k]} with more columns than rows has columns to
 * spare.
 */
public final class RankBounds {
  private RankBounds() {}

  /**
   * The ranks, lowered where they cannot be reached, from both sides. The list given is not
   * changed.
   *
   * @param ranks r₀ … r_d, r₀ = r_d
   */
  public static List<Integer> clip(Tensorization tensorization, List<Integer> ranks) {
    return clip(tensorization.modes(), ranks);
  }

  /** The same for plain modes n₁ … n_d. */
  public static List<Integer> clip(List<Integer> modes, List<Integer> ranks) {
    int d = modes.size();
    argument(ranks.size() == d + 1, "%d modes need %d ranks, got %s", d, d + 1, ranks);
    argument(
        ranks.get(0).equals(ranks.get(d)),
        "first and last rank must be equal (1 for a train), got %s",
        ranks);
    long[] r = Reorder.longs(ranks);
    for (long rank : r) {
      argument(rank >= 1, "ranks %s has a rank of %d; every rank is 1 or more", ranks, rank);
    }
    boolean lowered = true;
    while (lowered) { // a ring may need a second round: its first bond is also its last
      lowered = false;
      for (int k = 0; k < d; k++) {
        lowered |= lower(r, k + 1, r[k] * modes.get(k));
      }
      for (int k = d - 1; k >= 0; k--) {
        lowered |= lower(r, k, r[k + 1] * modes.get(k));
      }
    }
    return Arrays.stream(r).mapToObj(rank -> (int) rank).toList();
  }

  private static boolean lower(long[] r, int k, long bound) {
    if (r[k] <= bound) {
      return false;
    }
    int d = r.length - 1;
    r[k] = bound;
    if (k == 0 || k == d) {
      r[d - k] = bound; // r₀ and r_d are one bond
    }
    return true;
  }
}
