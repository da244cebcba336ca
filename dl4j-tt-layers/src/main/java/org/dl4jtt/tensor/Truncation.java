package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a decomposition cuts: at given ranks, at a relative error {@code ‖A − A'‖ ≤ ε ‖A‖}, or at
 * whichever of both cuts more.
 *
 * <pre>
 *   Truncation.ranks(List.of(1, 8, 8, 1))       r₀ … r_d
 *   Truncation.ranks(List.of(8, 8))             the inner ranks r₁ … r_{d-1} of a train
 *   Truncation.relativeError(0.1)
 *   Truncation.ranks(List.of(8, 8)).withRelativeError(0.1)
 * </pre>
 *
 * <p>Ranks that no tensor of the given modes reaches are lowered to {@link RankBounds#clip}; the
 * ranks of the result say so.
 *
 * @param ranks r₀ … r_d or r₁ … r_{d-1}; null if only the error counts
 * @param relativeError ε, from 0 (nothing but rounding is lost) to below 1; NaN if only the ranks
 *     count
 */
public record Truncation(@Nullable List<Integer> ranks, double relativeError)
    implements Serializable {

  /** Below this, a singular value of a unit tensor is rounding. */
  private static final double ROUNDING = 1e-14;

  /** Checks that ranks are positive and the error lies in [0, 1). */
  public Truncation {
    if (ranks != null) {
      ranks = List.copyOf(ranks);
      for (int rank : ranks) {
        argument(rank >= 1, "ranks %s has a rank of %d; every rank is 1 or more", ranks, rank);
      }
    }
    argument(
        Double.isNaN(relativeError) ? ranks != null : relativeError >= 0 && relativeError < 1,
        "a relative error of %s is not in [0, 1)",
        relativeError);
  }

  /** At most these ranks: r₀ … r_d, or the inner ones. */
  public static Truncation ranks(List<Integer> ranks) {
    return new Truncation(ranks, Double.NaN);
  }

  /** The least ranks with {@code ‖A − A'‖ ≤ ε ‖A‖}. */
  public static Truncation relativeError(double epsilon) {
    argument(epsilon >= 0 && epsilon < 1, "a relative error of %s is not in [0, 1)", epsilon);
    return new Truncation(null, epsilon);
  }

  /** These ranks or less, as the error allows. The ranks win: the error bound may then not hold. */
  public Truncation withRelativeError(double epsilon) {
    argument(epsilon >= 0 && epsilon < 1, "a relative error of %s is not in [0, 1)", epsilon);
    return new Truncation(ranks, epsilon);
  }

  /** r₀ … r_d that modes of this size can reach; without given ranks those of no truncation. */
  List<Integer> reachable(List<Integer> modes) {
    return RankBounds.clip(modes, expanded(modes));
  }

  /** r₀ … r_d as asked; without given ranks, unbounded. */
  List<Integer> expanded(List<Integer> modes) {
    int d = modes.size();
    List<Integer> inner = ranks == null ? Collections.nCopies(d - 1, Integer.MAX_VALUE) : ranks;
    argument(
        inner.size() == d + 1 || inner.size() == d - 1,
        "%d modes %s need %d ranks (or %d inner ones), got %s",
        d,
        modes,
        d + 1,
        d - 1,
        inner);
    if (inner.size() == d + 1) {
      return inner;
    }
    List<Integer> all = new ArrayList<>(inner);
    all.add(0, 1);
    all.add(1);
    return all;
  }

  /** The squared error that may be lost below the ranks; negative if only the ranks count. */
  double squaredBudget(double squaredNorm) {
    if (Double.isNaN(relativeError)) {
      return -1;
    }
    double epsilon = Math.max(relativeError, ROUNDING);
    return epsilon * epsilon * squaredNorm;
  }
}
