package org.dl4jtt.constraint;

import static org.dl4jtt.internal.Check.present;

import org.dl4jtt.internal.Norms;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weights that two sets share, such as few channels and low rank.
 *
 * <pre>
 *   y ← Π_a(x)      x ← Π_b(y)      until |x − y| ≤ 1e-6 |V|, {@value #TURNS} turns at most
 * </pre>
 *
 * <p>The result is in b, and within 1e-6 |V| of a if the turns sufficed. If both are {@linkplain
 * ConstraintSet#convex() convex}, Dykstra's corrections make it the nearest common member (Boyle
 * and Dykstra 1986); otherwise it is one near by, and the last Z is kept if that is nearer and
 * still in both sets. Put the set that must hold exactly second.
 *
 * @param first a
 * @param second b
 */
public record IntersectionSet(ConstraintSet first, ConstraintSet second) implements WarmStartedSet {
  private static final int TURNS = 500;
  private static final double SETTLED = 1e-6;

  /** Checks that both are there. */
  public IntersectionSet {
    present(first, "an intersection needs two sets; the first is missing");
    present(second, "an intersection needs two sets; the second is missing");
  }

  @Override
  public INDArray projectFrom(@Nullable INDArray start, INDArray weight, INDArray out) {
    INDArray v = weight.dup('c');
    INDArray found = convex() ? dykstra(v) : alternating(v);
    if (start != null && start.length() == v.length() && !convex()) {
      INDArray last = start.reshape('c', v.shape()).castTo(v.dataType());
      if (Norms.distance2(v, last) < Norms.distance2(v, found) && isMember(last)) {
        found = last;
      }
    }
    out.assign(found);
    return found.castTo(DataType.DOUBLE).dup('c').reshape('c', new long[] {weight.length()});
  }

  private INDArray alternating(INDArray weight) {
    double tolerance = SETTLED * Norms.norm2(weight);
    INDArray x = weight;
    for (int turn = 0; turn < TURNS; turn++) {
      INDArray y = Projection.of(first, x);
      x = Projection.of(second, y);
      if (Norms.distance2(x, y) <= tolerance) {
        break;
      }
    }
    return x;
  }

  /** p and q: what the projections took away last time, given back before the next. */
  private INDArray dykstra(INDArray weight) {
    double tolerance = SETTLED * Norms.norm2(weight);
    INDArray x = weight;
    INDArray p = Projection.like(weight);
    INDArray q = Projection.like(weight);
    for (int turn = 0; turn < TURNS; turn++) {
      INDArray y = Projection.of(first, x.add(p));
      p = x.add(p).sub(y);
      INDArray next = Projection.of(second, y.add(q));
      q = y.add(q).sub(next);
      boolean settled =
          Norms.distance2(next, y) <= tolerance && Norms.distance2(next, x) <= tolerance;
      x = next;
      if (settled) {
        break;
      }
    }
    return x;
  }

  private boolean isMember(INDArray weight) {
    double tolerance = SETTLED * Norms.norm2(weight);
    return Norms.distance2(weight, Projection.of(first, weight)) <= tolerance
        && Norms.distance2(weight, Projection.of(second, weight)) <= tolerance;
  }

  @Override
  public boolean convex() {
    return first.convex() && second.convex();
  }

  @Override
  public ConstraintSet relaxed(double progress) {
    return progress >= 1
        ? this
        : new IntersectionSet(first.relaxed(progress), second.relaxed(progress));
  }

  @Override
  public String toString() {
    return "intersection of (" + first + ") and (" + second + ")";
  }
}
