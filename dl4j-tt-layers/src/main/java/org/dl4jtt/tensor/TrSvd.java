package org.dl4jtt.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.dl4jtt.internal.Detached;
import org.dl4jtt.internal.Finite;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A dense tensor to a tensor ring (Zhao et al. 2016, algorithm 1): the unfolding of one mode is
 * cut, its rank is split between the two ends of that core, and a TT-SVD of the rest closes the
 * ring.
 *
 * <pre>
 *   A [n₁, rest] ≈ U R,   U [n₁, r₀ r₁] → G₁ [r₀, n₁, r₁],   R → [r₁, n₂, …, n_d, r₀] → G₂ … G_d
 * </pre>
 *
 * <p>U is orthonormal, so the squared errors of all cuts add up exactly as in a train, and a
 * relative error bound holds. Every mode is tried as the first one; the most accurate ring is kept
 * if the ranks are given, the one of fewest weights if an error is. This construction needs {@code
 * r₀ r₁ ≤ n₁}; cores that are to have higher ranks are filled up with small numbers, and
 * {@linkplain RingAls alternating least squares} put them to use.
 */
public final class TrSvd {
  /** First ranks that are tried where only the error is given. */
  private static final int LARGEST_FIRST_RANK = 8;

  private TrSvd() {}

  /**
   * Decomposes.
   *
   * @param tensor any memory order and floating-point type; left as it was
   * @return a ring of the ranks given, lowered by {@link RankBounds#clip} only, or as the error
   *     allows
   * @throws IllegalArgumentException if a value is not finite, or the ranks do not fit the modes
   */
  public static TensorRing decompose(INDArray tensor, Truncation truncation) {
    Finite.check(tensor);
    return Detached.compute(
        () -> {
          INDArray whole = Cores.doubles(tensor).reshape('c', Reorder.longs(TtSvd.modes(tensor)));
          PowerOfTwo scale = PowerOfTwo.of(whole);
          List<INDArray> cores = decomposed(scale.down(whole), truncation);
          return new TensorRing(
              Cores.finished(new PowerOfTwo.Chain(cores, scale), tensor.dataType()));
        });
  }

  private static List<INDArray> decomposed(INDArray tensor, Truncation truncation) {
    List<Integer> modes = TtSvd.modes(tensor);
    int d = modes.size();
    double squaredNorm = Math.pow(tensor.norm2Number().doubleValue(), 2);
    double budget = truncation.squaredBudget(squaredNorm);
    List<Integer> bounds =
        truncation.ranks() == null
            ? Collections.nCopies(d + 1, Integer.MAX_VALUE)
            : truncation.reachable(modes);
    if (d == 1) {
      List<INDArray> single = List.of(tensor.reshape('c', new long[] {1, modes.get(0), 1}));
      return budget >= 0 ? single : RingAls.padded(single, bounds, 0);
    }
    Candidate best = best(tensor, modes, bounds, budget);
    if (budget >= 0) {
      return best.cores();
    }
    boolean exact = best.squaredError() <= 1e-12 * squaredNorm; // there is nothing to polish
    return exact
        ? RingAls.padded(best.cores(), bounds, 0)
        : RingAls.polished(tensor, best.cores(), bounds);
  }

  /** Cores in the order of the tensor's modes. */
  private record Candidate(List<INDArray> cores, double squaredError) {
    long weights() {
      return cores.stream().mapToLong(INDArray::length).sum();
    }
  }

  private static Candidate best(
      INDArray tensor, List<Integer> modes, List<Integer> bounds, double budget) {
    int d = modes.size();
    @Nullable Candidate best = null;
    for (int shift = 0; shift < d; shift++) {
      INDArray turned = turned(tensor, modes, shift);
      for (Candidate candidate :
          opened(turned, turned(modes, shift), turnedRanks(bounds, shift), budget)) {
        boolean better =
            best == null
                || (budget < 0
                    ? candidate.squaredError() < best.squaredError()
                    : candidate.weights() < best.weights());
        if (better) {
          List<INDArray> cores = new ArrayList<>(candidate.cores());
          Collections.rotate(cores, shift);
          best = new Candidate(cores, candidate.squaredError());
        }
      }
      turned.close(); // as large as the tensor; the candidates hold copies
    }
    return Objects.requireNonNull(best);
  }

  /** All rings that have the first mode's unfolding cut first. */
  private static List<Candidate> opened(
      INDArray tensor, List<Integer> modes, List<Integer> bounds, double budget) {
    int n1 = modes.get(0);
    long rest = tensor.length() / n1;
    int most = (int) Math.min(n1, rest);
    INDArray matrix = tensor.reshape('c', new long[] {n1, rest});
    if (budget < 0) {
      int[] ends = ends(bounds.get(0), bounds.get(1), most);
      Cut cut = Cut.of(matrix, ends[0] * ends[1], budget);
      return List.of(closed(cut, ends[0], ends[1], modes, bounds, budget));
    }
    // The first bond may use its share of the budget; r₀ r₁ is then the rank found, rounded up.
    int found = Cut.of(matrix, most, budget / (modes.size() - 1)).rank();
    List<Candidate> candidates = new ArrayList<>();
    for (int r0 = 1; r0 <= Math.min(LARGEST_FIRST_RANK, Math.min(found, bounds.get(0))); r0++) {
      int r1 = Math.min(bounds.get(1), (found + r0 - 1) / r0);
      if ((long) r0 * r1 <= most) {
        candidates.add(closed(Cut.of(matrix, r0 * r1, -1), r0, r1, modes, bounds, budget));
      }
    }
    return candidates;
  }

  /** r₀ and r₁ as asked, or in about the same proportion with a product of at most {@code most}. */
  private static int[] ends(int asked0, int asked1, int most) {
    if ((long) asked0 * asked1 <= most) {
      return new int[] {asked0, asked1};
    }
    double shrink = Math.sqrt(most / ((double) asked0 * asked1));
    int r0 = Math.max(1, Math.min(most, (int) (asked0 * shrink)));
    int r1 = Math.min(asked1, most / r0);
    return new int[] {Math.min(asked0, most / r1), r1};
  }

  private static Candidate closed(
      Cut cut, int r0, int r1, List<Integer> modes, List<Integer> bounds, double budget) {
    int d = modes.size();
    long n1 = modes.get(0);
    long rest = cut.remainder().size(1);
    // basis [n1, (a1 a0)] -> G1 [a0, n1, a1]; remainder [(a1 a0), rest] -> [a1, rest, a0]
    INDArray first = cut.basis().reshape('c', new long[] {n1, r1, r0}).permute(2, 0, 1).dup('c');
    INDArray tail =
        cut.remainder().reshape('c', new long[] {r1, r0, rest}).permute(0, 2, 1).dup('c');
    List<Integer> ranks = new ArrayList<>(bounds.subList(1, d + 1));
    ranks.set(0, r1);
    ranks.set(d - 1, r0);
    double squaredNorm = Math.pow(tail.norm2Number().doubleValue(), 2);
    List<INDArray> cores = new ArrayList<>(List.of(first));
    double left = budget < 0 ? -1 : Math.max(0, budget - cut.squaredError());
    List<INDArray> swept = TtSvd.sweep(tail, modes.subList(1, d), ranks, left);
    cores.addAll(swept);
    // all cores but the last are orthonormal: what the last one lacks of the norm was cut
    double kept = Math.pow(swept.get(d - 2).norm2Number().doubleValue(), 2);
    return new Candidate(cores, cut.squaredError() + Math.max(0, squaredNorm - kept));
  }

  /** The tensor with its first {@code shift} modes moved to the end. */
  static INDArray turned(INDArray tensor, List<Integer> modes, int shift) {
    if (shift == 0) {
      return tensor.dup('c'); // the sweep frees what it is given
    }
    long rows = 1;
    for (int mode : modes.subList(0, shift)) {
      rows *= mode;
    }
    INDArray turned =
        Nd4j.createUninitialized(tensor.dataType(), new long[] {tensor.length() / rows, rows}, 'c');
    turned.assign(tensor.reshape('c', new long[] {rows, tensor.length() / rows}).transpose());
    return turned;
  }

  private static <T> List<T> turned(List<T> values, int shift) {
    List<T> turned = new ArrayList<>(values);
    Collections.rotate(turned, -shift);
    return turned;
  }

  private static List<Integer> turnedRanks(List<Integer> ranks, int shift) {
    List<Integer> turned = turned(ranks.subList(0, ranks.size() - 1), shift);
    turned.add(turned.get(0));
    return turned;
  }
}
