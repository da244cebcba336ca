package org.dl4jtt.tensor;

import static org.dl4jtt.tensor.Check.argument;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Splits a number of inputs or outputs into modes.
 *
 * <p>The modes always multiply to the number itself; nothing is padded. A number with too few prime
 * factors is split as far as it goes and filled up with modes of 1: a prime stays unsplit ({@code
 * 1009, 3 -> [1009, 1, 1]}).
 */
public final class ModeFactorization {
  private ModeFactorization() {}

  /**
   * Modes of the least sum, the largest first: {@code 784, 4 -> [7, 7, 4, 4]}, {@code 4096, 6 ->
   * [4, 4, 4, 4, 4, 4]}.
   *
   * @param n 1 or more
   * @param d the number of modes
   */
  public static List<Integer> balanced(int n, int d) {
    argument(n >= 1, "%d cannot be split into modes; it must be 1 or more", n);
    argument(d >= 1 && d <= 31, "%d cannot be split into %d modes; from 1 to 31 make sense", n, d);
    List<Integer> best = new ArrayList<>();
    search(n, d, n, new ArrayList<>(), best);
    return List.copyOf(best);
  }

  /** Output modes and input modes of one length, for the PAIRED scheme. */
  public record Pair(List<Integer> outputModes, List<Integer> inputModes) {}

  /**
   * Modes for the PAIRED scheme: large output modes meet small input modes, so that the products
   * m_k n_k, the sizes of the cores, are even.
   */
  public static Pair paired(int outputs, int inputs, int d) {
    List<Integer> m = balanced(outputs, d);
    List<Integer> n = new ArrayList<>(balanced(inputs, d));
    Collections.reverse(n);
    return new Pair(m, List.copyOf(n));
  }

  /** All falling factorisations of n into d divisors of at most {@code largest}. */
  private static void search(int n, int d, int largest, List<Integer> modes, List<Integer> best) {
    if (d == 1) {
      if (n <= largest) {
        modes.add(n);
        if (best.isEmpty() || sum(modes) < sum(best)) {
          best.clear();
          best.addAll(modes);
        }
        modes.remove(modes.size() - 1);
      }
      return;
    }
    for (int mode = 1; mode <= Math.min(n, largest); mode++) {
      if (n % mode == 0 && Math.pow(mode, d) >= n) {
        modes.add(mode);
        search(n / mode, d - 1, mode, modes, best);
        modes.remove(modes.size() - 1);
      }
    }
  }

  private static long sum(List<Integer> modes) {
    return modes.stream().mapToLong(Integer::longValue).sum();
  }
}
