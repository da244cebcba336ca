package org.dl4jtt.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A dense tensor to a tensor ring (Zhao et al. 2016, algorithm 1): the first unfolding is cut at r₀
 * r₁ ≤ n₁, its rank is split between the two ends, and a TT-SVD of the rest closes the ring.
 */
public final class TrSvd {
  private TrSvd() {}

  /**
   * Decomposes.
   *
   * @param tensor any memory order and floating-point type; left as it was
   * @throws IllegalArgumentException if a value is not finite, or the ranks do not fit the modes
   */
  public static TensorRing decompose(INDArray tensor, Truncation truncation) {
    Finite.check(tensor);
    List<Integer> modes = TtSvd.modes(tensor);
    List<Integer> ranks = truncation.reachable(modes);
    return Detached.compute(
        () -> {
          INDArray whole = Cores.doubles(tensor);
          List<INDArray> cores = ring(whole, modes, ranks);
          return new TensorRing(Cores.cast(Balance.balanced(cores), tensor.dataType()));
        });
  }

  private static List<INDArray> ring(INDArray tensor, List<Integer> modes, List<Integer> ranks) {
    int d = modes.size();
    int n1 = modes.get(0);
    long rest = tensor.length() / n1;
    if (d == 1) {
      return List.of(tensor.reshape('c', new long[] {1, n1, 1}));
    }
    int bound = (int) Math.min(n1, rest);
    int r0 = Math.min(ranks.get(0), bound);
    int r1 = Math.max(1, Math.min(ranks.get(1), bound / r0));
    Cut cut = Cut.of(tensor.reshape('c', new long[] {n1, rest}), r0 * r1, -1);
    // basis [n1, (a0 a1)] -> G1 [a0, n1, a1]; remainder [(a0 a1), rest] -> [a1, rest, a0]
    INDArray first = cut.basis().reshape('c', new long[] {n1, r0, r1}).permute(1, 0, 2).dup('c');
    INDArray tail =
        cut.remainder().reshape('c', new long[] {r0, r1, rest}).permute(1, 2, 0).dup('c');
    List<Integer> tailRanks = new ArrayList<>(ranks.subList(1, d + 1));
    tailRanks.set(0, r1);
    tailRanks.set(d - 1, r0);
    List<INDArray> cores = new ArrayList<>(Collections.singletonList(first));
    cores.addAll(TtSvd.sweep(tail, modes.subList(1, d), tailRanks, -1));
    return cores;
  }
}
