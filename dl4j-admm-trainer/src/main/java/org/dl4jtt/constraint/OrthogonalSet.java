package org.dl4jtt.constraint;

import org.dl4jtt.tensor.Orthogonal;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Matrices with orthonormal rows or columns, whichever are fewer: square ones are orthogonal, such
 * as the recurrent weight "RW" of a {@code SimpleRnn} whose state shall neither explode nor fade
 * (Arjovsky et al. 2016, arXiv:1511.06464, in real numbers). A kernel is read as {@code [O, P·I]}.
 *
 * <p>The projection is exactly the nearest member, {@code U Vᵀ} of the singular value decomposition
 * (Schönemann 1966). Of a matrix that lacks full rank several are equally near, and one is taken.
 */
public record OrthogonalSet() implements ConstraintSet {
  @Override
  public void project(INDArray weight, INDArray out) {
    Entries entries = Entries.of(weight);
    INDArray nearest = Orthogonal.nearest(Nd4j.createFromArray(entries.rows()));
    entries.setRows(nearest.toDoubleMatrix());
    entries.write(out);
  }

  @Override
  public String toString() {
    return "orthogonal";
  }
}
