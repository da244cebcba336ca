package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

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
    return splits(n, d).stream()
        .min(Comparator.comparingLong(ModeFactorization::sum))
        .orElseThrow(); // n, 1, …, 1 is always among them
  }

  /** All falling splits into at most {@code maxModes} modes above 1; {@code [1]} for 1. */
  static List<List<Integer>> all(int n, int maxModes) {
    argument(n >= 1, "%d cannot be split into modes; it must be 1 or more", n);
    return splits(n, maxModes).stream()
        .map(split -> n == 1 ? List.of(1) : split.stream().filter(mode -> mode > 1).toList())
        .distinct()
        .toList();
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

  private static List<List<Integer>> splits(int n, int d) {
    List<Integer> divisors =
        IntStream.rangeClosed(1, (int) Math.sqrt(n))
            .filter(mode -> n % mode == 0)
            .flatMap(mode -> IntStream.of(mode, n / mode))
            .sorted()
            .distinct()
            .boxed()
            .toList();
    List<List<Integer>> splits = new ArrayList<>();
    search(n, d, n, divisors, new ArrayList<>(), splits);
    return splits;
  }

  /** Adds the falling splits of n into d divisors of at most {@code largest} each. */
  private static void search(
      int n,
      int d,
      int largest,
      List<Integer> divisors,
      List<Integer> modes,
      List<List<Integer>> splits) {
    if (d == 0) {
      splits.add(List.copyOf(modes)); // n = 1: larger products were not followed
      return;
    }
    for (int mode : divisors) {
      if (mode <= largest && n % mode == 0 && Math.pow(mode, d) >= n) {
        modes.add(mode);
        search(n / mode, d - 1, mode, divisors, modes, splits);
        modes.remove(modes.size() - 1);
      }
    }
  }

  private static long sum(List<Integer> modes) {
    return modes.stream().mapToLong(Integer::longValue).sum();
  }
}
