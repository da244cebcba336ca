package org.dl4jtt.constraint;

import static org.dl4jtt.internal.Check.present;

import org.dl4jtt.internal.Detached;
import org.dl4jtt.internal.Norms;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weights {@code A + B} with A of one set and B of another, such as low rank plus sparse (Candès et
 * al. 2011, arXiv:0912.3599).
 *
 * <pre>
 *   A ← Π_a(V − B)      B ← Π_b(V − A)      until |V − A − B| falls by less than 1e-6 |V|, {@value #TURNS} turns at most
 * </pre>
 *
 * <p>The error never rises where both projections are exact (Zhou and Tao 2011, GoDec, theorem 1),
 * and is no larger than that of A or B alone, but other members may be nearer. It starts from the
 * last B if there is one.
 *
 * @param first a; decomposed or pruned first
 * @param second b
 */
public record SumSet(ConstraintSet first, ConstraintSet second) implements WarmStartedSet {
  private static final int TURNS = 100;
  private static final double SETTLED = 1e-6;

  /** Checks that both are there. */
  public SumSet {
    present(first, "a sum needs two sets; the first is missing");
    present(second, "a sum needs two sets; the second is missing");
  }

  /**
   * The two parts of a weight's projection, each in the parameter's own shape.
   *
   * @param first A
   * @param second B
   */
  public record Parts(INDArray first, INDArray second) {}

  /** Returns the parts of the projection, to be stored by themselves. */
  public Parts split(INDArray weight) {
    return Detached.compute(() -> turns(weight.dup('c'), null));
  }

  @Override
  public INDArray projectFrom(@Nullable INDArray start, INDArray weight, INDArray out) {
    Parts parts = turns(weight.dup('c'), start);
    out.assign(parts.first.add(parts.second));
    return parts.second.castTo(DataType.DOUBLE).dup('c').reshape('c', new long[] {weight.length()});
  }

  private Parts turns(INDArray weight, @Nullable INDArray start) {
    double norm = Norms.norm2(weight);
    INDArray b =
        start == null || start.length() != weight.length()
            ? firstSecond(weight)
            : start.reshape('c', weight.shape()).castTo(weight.dataType());
    double before = Double.POSITIVE_INFINITY;
    INDArray a = Projection.like(weight);
    for (int turn = 0; turn < TURNS; turn++) {
      a = Projection.of(first, weight.sub(b));
      b = Projection.of(second, weight.sub(a));
      double error = Norms.distance2(weight, a.add(b));
      if (before - error <= SETTLED * norm) {
        break;
      }
      before = error;
    }
    return new Parts(a, b);
  }

  /** The B to start with: zero if A alone is nearer than B alone. */
  private INDArray firstSecond(INDArray weight) {
    INDArray alone = Projection.of(second, weight);
    boolean better =
        Norms.distance2(weight, alone) < Norms.distance2(weight, Projection.of(first, weight));
    return better ? alone : Projection.like(weight);
  }

  @Override
  public ConstraintSet relaxed(double progress) {
    return progress >= 1 ? this : new SumSet(first.relaxed(progress), second.relaxed(progress));
  }

  @Override
  public String toString() {
    return "sum of (" + first + ") and (" + second + ")";
  }
}
