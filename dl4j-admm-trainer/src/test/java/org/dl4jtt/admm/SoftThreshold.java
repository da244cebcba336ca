package org.dl4jtt.admm;

import org.dl4jtt.constraint.ConstraintSet;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A user's own constraint: the proximal operator of an L1 penalty, entry by entry. */
record SoftThreshold(double threshold) implements ConstraintSet {
  @Override
  public void project(INDArray weight, INDArray out) {
    INDArray from = weight.dup('c');
    INDArray to = from.like();
    for (long i = 0; i < from.length(); i++) {
      double v = from.getDouble(i);
      to.putScalar(i, Math.signum(v) * Math.max(0, Math.abs(v) - threshold));
    }
    out.assign(to);
  }
}
