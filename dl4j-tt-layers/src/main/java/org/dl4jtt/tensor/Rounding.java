package org.dl4jtt.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.dl4jtt.internal.Check;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Lower ranks from the cores alone (Oseledets 2011, algorithm 2): all cores but the first are made
 * right-orthogonal, then the bonds are cut from the left as {@link TtSvd} cuts a dense tensor, of
 * which then only one core at a time matters.
 */
final class Rounding {
  private Rounding() {}

  static List<INDArray> train(TensorTrain train, Truncation truncation) {
    List<Integer> ranks = bounds(train, truncation);
    Check.argument(ranks.get(0) == 1, "a tensor train has first rank 1, asked for %s", ranks);
    double norm = train.norm();
    return cut(train.cores(), ranks, truncation.squaredBudget(norm * norm));
  }

  /**
   * A ring is an open chain [r₀, n₁, …, n_d, r₀] of which the ends are traced. An error E of the
   * chain costs the ring at most √r₀ ‖E‖, as {@code ‖Σ_a E[a, …, a]‖² ≤ r₀ Σ_a ‖E[a, …, a]‖²}. The
   * bond at which it is opened is cut in a second pass, opened at the next; each pass may use half
   * of ε. Ranks that only the trace makes superfluous, as in the sum of a ring with itself, stay.
   */
  static List<INDArray> ring(TensorRing ring, Truncation truncation) {
    List<Integer> ranks = bounds(ring, truncation);
    int d = ranks.size() - 1;
    double norm = ring.norm();
    double budget = truncation.squaredBudget(norm * norm) / 4;
    List<INDArray> cores = cut(ring.cores(), ranks, budget / ring.ranks().get(0));
    if (d == 1) {
      return cores;
    }
    List<INDArray> turned = new ArrayList<>(cores);
    Collections.rotate(turned, -1);
    List<Integer> turnedRanks = new ArrayList<>(ranks.subList(0, d));
    Collections.rotate(turnedRanks, -1);
    for (int k = 0; k < d; k++) { // what the first pass reached
      turnedRanks.set(k, Math.min(turnedRanks.get(k), (int) turned.get(k).size(0)));
    }
    turnedRanks.add(turnedRanks.get(0));
    turned = new ArrayList<>(cut(turned, turnedRanks, budget / turnedRanks.get(0)));
    Collections.rotate(turned, 1);
    return turned;
  }

  private static List<Integer> bounds(CoreChain chain, Truncation truncation) {
    List<Integer> ranks = new ArrayList<>(chain.ranks());
    if (truncation.ranks() != null) {
      List<Integer> asked = truncation.expanded(chain.modes());
      for (int k = 0; k < ranks.size(); k++) {
        ranks.set(k, Math.min(ranks.get(k), asked.get(k)));
      }
    }
    return RankBounds.clip(chain.modes(), ranks);
  }

  /** Cuts the inner bonds of an open chain. */
  private static List<INDArray> cut(List<INDArray> chain, List<Integer> ranks, double budget) {
    List<INDArray> cores = rightOrthogonal(chain);
    int d = cores.size();
    double left = budget;
    for (int k = 0; k < d - 1; k++) {
      INDArray core = cores.get(k);
      Cut cut = Cut.of(ChainAlgebra.matrix(core, 2), ranks.get(k + 1), left / (d - 1 - k));
      left = left < 0 ? left : Math.max(0, left - cut.squaredError());
      absorb(cores, k, cut);
    }
    return cores;
  }

  static List<INDArray> leftOrthogonal(List<INDArray> chain) {
    List<INDArray> cores = new ArrayList<>(chain);
    for (int k = 0; k < cores.size() - 1; k++) {
      absorb(cores, k, Cut.of(ChainAlgebra.matrix(cores.get(k), 2), Integer.MAX_VALUE, -1));
    }
    last(cores);
    return cores;
  }

  /** Core k becomes the basis, core k + 1 takes the remainder. */
  private static void absorb(List<INDArray> cores, int k, Cut cut) {
    INDArray core = cores.get(k);
    INDArray next = cores.get(k + 1);
    cores.set(k, cut.basis().reshape('c', new long[] {core.size(0), core.size(1), cut.rank()}));
    INDArray merged =
        ChainAlgebra.product(cut.remainder(), ChainAlgebra.matrix(next, 1), false, false);
    cores.set(k + 1, merged.reshape('c', new long[] {cut.rank(), next.size(1), next.size(2)}));
  }

  static List<INDArray> rightOrthogonal(List<INDArray> chain) {
    List<INDArray> mirrored = mirror(chain);
    return mirror(leftOrthogonal(mirrored));
  }

  /** The chain read from its end: A[i_d, …, i₁]. */
  private static List<INDArray> mirror(List<INDArray> chain) {
    List<INDArray> mirrored = new ArrayList<>();
    for (INDArray core : chain) {
      mirrored.add(0, core.permute(2, 1, 0).dup('c'));
    }
    return mirrored;
  }

  private static void last(List<INDArray> cores) {
    int k = cores.size() - 1;
    cores.set(k, ChainAlgebra.matrix(cores.get(k), 2).reshape('c', cores.get(k).shape()));
  }
}
