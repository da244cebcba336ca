package org.dl4jtt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChainRanksTest {
  private static final ChainRanks.CoreCost WEIGHTS = (k, left, right) -> (double) left * right;

  @ParameterizedTest(name = "modes {0}, ends {1}")
  @CsvSource({"4 3 5,1", "2 6 2 3,1", "7,1", "3 3 3 3,1", "6 4 5,2"})
  void minimise_equalsBruteForce(String spec, int ends) {
    int[] modes = Arrays.stream(spec.split(" ")).mapToInt(Integer::parseInt).toArray();
    Random random = new Random(31);
    for (int trial = 0; trial < 20; trial++) {
      double[][] tails = tails(modes, random);
      int[][] options = options(tails, ends);
      ChainRanks chain = new ChainRanks(modes, ends, options, tails, cost(modes));
      double lambda = Math.pow(10, -4 * random.nextDouble());

      ChainRanks.Choice choice = chain.minimise(lambda);

      double least =
          all(modes, ends, options).stream()
              .mapToDouble(r -> objective(r, modes, tails, lambda))
              .min()
              .orElseThrow();
      assertThat(choice.energy() + lambda * choice.cost())
          .isCloseTo(least, within(1e-12)); // sums of a few numbers up to 1e3, rounded otherwise
      assertThat(objective(choice.ranks(), modes, tails, lambda)).isCloseTo(least, within(1e-12));
    }
  }

  @Test
  void hull_holdsTheMinimiserOfEveryMultiplier() {
    int[] modes = {4, 3, 5};
    double[][] tails = tails(modes, new Random(5));
    ChainRanks chain = new ChainRanks(modes, 1, options(tails, 1), tails, cost(modes));

    List<ChainRanks.Choice> hull = chain.hull(60);

    assertThat(hull).isSortedAccordingTo((a, b) -> Double.compare(a.cost(), b.cost()));
    for (double lambda = 1e-6; lambda < 1e3; lambda *= 1.7) {
      ChainRanks.Choice best = chain.minimise(lambda);
      double l = lambda;
      assertThat(hull.stream().mapToDouble(c -> c.energy() + l * c.cost()).min().orElseThrow())
          .isCloseTo(best.energy() + lambda * best.cost(), within(1e-9));
    }
  }

  @Test
  void minimise_neverTakesRanksOutOfReach() {
    int[] modes = {2, 9, 2};
    double[][] tails = {{1, 0.9, 0}, {1, 0.5, 0.4}};
    ChainRanks chain = new ChainRanks(modes, 1, new int[][] {{1, 2}, {1, 2}}, tails, cost(modes));
    assertThat(chain.minimise(0).ranks()).containsExactly(1, 2, 2, 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8})
  void options_areMultiples_orTheLargestOfASmallBond(int multiple) {
    int[] large = RankOptions.of(new double[30], multiple);
    assertThat(large).contains(8, 16, 24).isSorted();
    assertThat(Arrays.stream(large).allMatch(r -> r % multiple == 0)).isTrue();
    assertThat(RankOptions.of(new double[6], multiple)).contains(5);
  }

  private static double[][] tails(int[] modes, Random random) {
    double[][] tails = new double[modes.length - 1][];
    int left = 1;
    int all = Arrays.stream(modes).reduce(1, (a, b) -> a * b);
    for (int k = 0; k < tails.length; k++) {
      left *= modes[k];
      double[] s = random.doubles(Math.min(left, all / left)).sorted().toArray();
      tails[k] = new double[s.length + 1];
      for (int r = s.length - 1; r >= 0; r--) {
        tails[k][r] = tails[k][r + 1] + s[s.length - 1 - r] * s[s.length - 1 - r];
      }
    }
    return tails;
  }

  private static int[][] options(double[][] tails, int ends) {
    return Arrays.stream(tails)
        .map(t -> IntStream.rangeClosed(1, Math.max(1, (t.length - 1) / ends)).toArray())
        .toArray(int[][]::new);
  }

  private static ChainRanks.CoreCost cost(int[] modes) {
    return (k, left, right) -> modes[k] * WEIGHTS.of(k, left, right);
  }

  private static double objective(
      List<Integer> ranks, int[] modes, double[][] tails, double lambda) {
    double value = 0;
    for (int k = 0; k < modes.length; k++) {
      value += lambda * modes[k] * ranks.get(k) * ranks.get(k + 1);
      if (k > 0) {
        value += tails[k - 1][Math.min(ranks.get(k), tails[k - 1].length - 1)];
      }
    }
    return value;
  }

  /** Every reachable choice, by plain recursion. */
  private static List<List<Integer>> all(int[] modes, int ends, int[][] options) {
    List<List<Integer>> found = new ArrayList<>();
    extend(modes, options, new ArrayList<>(List.of(ends)), found);
    return found;
  }

  private static void extend(
      int[] modes, int[][] options, List<Integer> ranks, List<List<Integer>> found) {
    int k = ranks.size();
    int left = ranks.get(k - 1);
    int mode = modes[k - 1];
    int[] next = k == modes.length ? new int[] {ranks.get(0)} : options[k - 1];
    for (int right : next) {
      if (right <= left * mode && left <= mode * right) {
        List<Integer> longer = new ArrayList<>(ranks);
        longer.add(right);
        if (k == modes.length) {
          found.add(longer);
        } else {
          extend(modes, options, longer, found);
        }
      }
    }
  }
}
