package org.dl4jtt.constraint;

import java.io.Serializable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Every weight is a member, and the projection is the identity. It binds nothing on one machine;
 * several workers whose weight is in it meet in one value by ADMM, rather than by averaging.
 */
public record FullSpace() implements ConstraintSet, Serializable {
  @Override
  public void project(INDArray weight, INDArray out) {
    out.assign(weight);
  }

  @Override
  public boolean convex() {
    return true;
  }

  @Override
  public String toString() {
    return "any weight";
  }
}
