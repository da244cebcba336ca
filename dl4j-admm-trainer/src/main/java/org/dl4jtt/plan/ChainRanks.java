package org.dl4jtt.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The ranks of one chain of cores that minimise cut energy plus a multiple of the cost, by dynamic
 * programming over the bonds (the rank selection of Idelbayev and Carreira-Perpiñán 2020, carried
 * from a matrix to a chain):
 *
 * <pre>
 *   E(r) + λ C(r),   E(r) = Σ_k tail_k(r_k),   C(r) = Σ_k cost_k(r_{k-1}, r_k)
 * </pre>
 *
 * <p>tail_k(r) is the energy that bond k loses at rank r; their sum bounds the squared error of
 * TT-SVD (Oseledets 2011, Theorem 2.2), and of TR-SVD for a given r₀ ({@link
 * org.dl4jtt.tensor.RingSpectra}). Ranks that cannot be reached, r_k &gt; r_{k-1} n_k or r_{k-1}
 * &gt; n_k r_k, are not considered.
 */
final class ChainRanks {
  /** Cost of core k, counted from 0, between ranks left and right. */
  @FunctionalInterface
  interface CoreCost {
    double of(int k, int left, int right);
  }

  /** A λ that lets no energy pay for any cost. */
  private static final double CHEAPEST = 1e9;

  /** (3e-5)², the square of a relative error that float weights hardly show. */
  private static final double NEGLIGIBLE = 1e-9;

  /** Corners nearer to each other than this part of their cost are not told apart. */
  private static final double FINEST = 1e-3;

  private final int[] modes;
  private final int[][] options;
  private final double[][] tails;
  private final CoreCost cost;

  /**
   * @param modes n₁ … n_d
   * @param ends r₀ = r_d
   * @param options the ranks that bond k = 1 … d-1 may take, rising; at [k - 1]
   * @param spectra tail_k(0), tail_k(1), …, at [k - 1]
   */
  ChainRanks(int[] modes, int ends, int[][] options, double[][] spectra, CoreCost cost) {
    this.modes = modes;
    this.cost = cost;
    int bonds = modes.length - 1;
    this.options = new int[bonds + 2][];
    this.tails = new double[bonds + 2][];
    this.options[0] = new int[] {ends};
    this.options[bonds + 1] = new int[] {ends};
    this.tails[0] = new double[1];
    this.tails[bonds + 1] = new double[1];
    for (int k = 1; k <= bonds; k++) {
      double[] tail = spectra[k - 1];
      this.options[k] = options[k - 1];
      this.tails[k] =
          Arrays.stream(options[k - 1])
              .mapToDouble(r -> tail[Math.min(r, tail.length - 1)])
              .toArray();
    }
  }

  /** A choice of ranks. */
  record Choice(List<Integer> ranks, double energy, double cost) {}

  /** The minimiser of E + λ C; of equal ones the first in the order of the ranks. */
  Choice minimise(double lambda) {
    int bonds = options.length - 1;
    int[][] from = new int[bonds + 1][];
    double[] best = {0};
    for (int k = 1; k <= bonds; k++) {
      double[] next = new double[options[k].length];
      from[k] = new int[next.length];
      for (int j = 0; j < next.length; j++) {
        // best[i]: bonds up to k-1 done, r_{k-1} = option i
        double least = Double.POSITIVE_INFINITY;
        int arg = -1;
        int right = options[k][j];
        for (int i = 0; i < best.length; i++) {
          int left = options[k - 1][i];
          if (!reachable(modes[k - 1], left, right)) {
            continue;
          }
          double value = best[i] + lambda * cost.of(k - 1, left, right);
          if (value < least) {
            least = value;
            arg = i;
          }
        }
        next[j] = least + tails[k][j];
        from[k][j] = arg;
      }
      best = next;
    }
    if (best[0] == Double.POSITIVE_INFINITY) {
      return new Choice(List.of(), best[0], best[0]); // no ranks among the options meet
    }
    return trace(from);
  }

  static boolean reachable(int mode, int left, int right) {
    return right <= (long) left * mode && left <= (long) mode * right;
  }

  private Choice trace(int[][] from) {
    int bonds = options.length - 1;
    Integer[] ranks = new Integer[bonds + 1];
    double energy = 0;
    int j = 0;
    for (int k = bonds; k >= 0; k--) {
      ranks[k] = options[k][j];
      energy += tails[k][j];
      if (k > 0) {
        j = from[k][j];
      }
    }
    return choice(new ArrayList<>(List.of(ranks)), energy);
  }

  private Choice choice(List<Integer> ranks, double energy) {
    double sum = 0;
    for (int k = 0; k < modes.length; k++) {
      sum += cost.of(k, ranks.get(k), ranks.get(k + 1));
    }
    return new Choice(List.copyOf(ranks), energy, sum);
  }

  /**
   * The choices that are best for some λ: the corners of the lower convex hull of (cost, energy),
   * cheapest first; none if no ranks among the options can be reached.
   *
   * @param scale the cost that makes an energy of {@value #NEGLIGIBLE} not worth while
   */
  List<Choice> hull(double scale) {
    Choice cheapest = minimise(CHEAPEST);
    Choice exact = minimise(NEGLIGIBLE / scale);
    List<Choice> hull = new ArrayList<>();
    if (cheapest.ranks.isEmpty()) {
      return hull;
    }
    hull.add(cheapest);
    if (exact.cost > cheapest.cost) {
      refine(cheapest, exact, hull);
      hull.add(exact);
    }
    return hull;
  }

  /** Adds the corners strictly between two known ones. */
  private void refine(Choice a, Choice b, List<Choice> hull) {
    double lambda = (a.energy - b.energy) / (b.cost - a.cost);
    if (lambda <= 0 || b.cost - a.cost < FINEST * b.cost) {
      return;
    }
    Choice c = minimise(lambda);
    double gain = a.energy + lambda * a.cost - (c.energy + lambda * c.cost);
    if (gain <= 1e-12 * (a.energy + lambda * a.cost) || c.cost <= a.cost || c.cost >= b.cost) {
      return;
    }
    refine(a, c, hull);
    hull.add(c);
    refine(c, b, hull);
  }
}
