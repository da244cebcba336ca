package org.dl4jtt.plan;

import java.util.TreeSet;

/** The ranks that are worth a try at one bond. */
final class RankOptions {
  /** Every rank up to here, then steps of {@link #STEP}. */
  private static final int EVERY = 48;

  private static final double STEP = 1.05;

  /** A singular value whose energy is this part of what is left marks the end of a spectrum. */
  private static final double CLIFF = 1e-3;

  private RankOptions() {}

  /**
   * Ranks from 1 to the largest, rising.
   *
   * @param tail energy cut beyond r = 0, 1, …; its last index is the largest rank
   * @param multiple only multiples of this, and the largest rank where that is smaller
   */
  static int[] of(double[] tail, int multiple) {
    int largest = Math.max(1, tail.length - 1);
    TreeSet<Integer> ranks = new TreeSet<>();
    if (multiple > 1) {
      for (int r = multiple; r <= largest; r += multiple) {
        ranks.add(r);
      }
      if (ranks.isEmpty()) {
        ranks.add(largest);
      }
    } else {
      for (double r = 1; r <= largest; r = r < EVERY ? r + 1 : Math.ceil(r * STEP)) {
        ranks.add((int) r);
      }
      ranks.add(largest);
      for (int r = 1; r < tail.length; r++) {
        if (tail[r] < CLIFF * tail[r - 1]) {
          ranks.add(r);
        }
      }
    }
    return ranks.stream().mapToInt(Integer::intValue).toArray();
  }
}
