package org.dl4jtt.constraint;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Projections into new arrays, for sets that are made of others. */
final class Projection {
  private Projection() {}

  /** Returns the projection in 'c' order. */
  static INDArray of(ConstraintSet set, INDArray weight) {
    INDArray out = like(weight);
    set.project(weight, out);
    return out;
  }

  /** Returns zeros in 'c' order. */
  static INDArray like(INDArray weight) {
    return Nd4j.create(weight.dataType(), weight.shape(), 'c');
  }
}
