package org.dl4jtt.tensor;

import java.util.ArrayList;
import java.util.List;
import org.dl4jtt.internal.Check;
import org.dl4jtt.internal.Detached;
import org.dl4jtt.internal.Finite;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A dense tensor to a tensor train by truncated singular value decompositions of its unfoldings
 * (Oseledets 2011, algorithm 1).
 *
 * <p>With unfolding k cut by {@code δ_k}, {@code ‖A − A'‖² ≤ Σ δ_k²} (theorem 2.2), so the result
 * at given ranks is within √(d−1) of the nearest train of those ranks (corollary 2.4): close to the
 * projection, but not it. Works in double whatever comes in; the result is {@linkplain Balance
 * balanced} and has the type of the input.
 */
public final class TtSvd {
  private TtSvd() {}

  /**
   * Decomposes.
   *
   * @param tensor any memory order and floating-point type; left as it was
   * @throws IllegalArgumentException if a value is not finite, or the ranks do not fit the modes
   */
  public static TensorTrain decompose(INDArray tensor, Truncation truncation) {
    Finite.check(tensor);
    return Detached.compute(
        () ->
            new TensorTrain(Cores.finished(leftOrthogonal(tensor, truncation), tensor.dataType())));
  }

  /** All cores but the last have orthonormal columns as [r_{k-1} n_k, r_k]; DOUBLE. */
  private static PowerOfTwo.Chain leftOrthogonal(INDArray tensor, Truncation truncation) {
    List<Integer> modes = modes(tensor);
    List<Integer> reachable = truncation.reachable(modes);
    Check.argument(
        reachable.get(0) == 1,
        "a tensor train starts and ends with rank 1, got ranks %s; use TrSvd",
        reachable);
    INDArray given = Cores.doubles(tensor);
    PowerOfTwo scale = PowerOfTwo.of(given);
    INDArray whole = scale.down(given);
    double budget = truncation.squaredBudget(Math.pow(whole.norm2Number().doubleValue(), 2));
    return new PowerOfTwo.Chain(sweep(whole, modes, reachable, budget), scale);
  }

  /**
   * Cuts one bond after the other, from the left.
   *
   * @param tensor [r₀, n₁, …, n_d, r_d] as one 'c' block
   * @param ranks r₀ … r_d, the inner ones upper bounds
   * @param budget the squared error that may be lost below those bounds
   */
  static List<INDArray> sweep(
      INDArray tensor, List<Integer> modes, List<Integer> ranks, double budget) {
    int d = modes.size();
    double left = budget;
    long rank = ranks.get(0);
    INDArray rest = tensor;
    List<INDArray> cores = new ArrayList<>();
    for (int k = 0; k < d - 1; k++) {
      // rest: [r_{k-1}·n_k, n_{k+1}⋯n_d·r_d]
      long rows = rank * modes.get(k);
      INDArray matrix = rest.reshape('c', new long[] {rows, rest.length() / rows});
      Cut cut =
          Cut.of(matrix, ranks.get(k + 1), left / (d - 1 - k)); // what is not used is passed on
      left = left < 0 ? left : Math.max(0, left - cut.squaredError());
      cores.add(cut.basis().reshape('c', new long[] {rank, modes.get(k), cut.rank()}));
      rank = cut.rank();
      if (cut.remainder() != matrix && rest.closeable()) {
        rest.close(); // off-heap memory would otherwise wait for the garbage collector
      }
      rest = cut.remainder();
    }
    cores.add(rest.reshape('c', new long[] {rank, modes.get(d - 1), ranks.get(d)}));
    return cores;
  }

  static List<Integer> modes(INDArray tensor) {
    List<Integer> modes = new ArrayList<>();
    for (long mode : tensor.shape()) {
      modes.add((int) mode);
    }
    return modes.isEmpty() ? List.of(1) : modes;
  }
}
