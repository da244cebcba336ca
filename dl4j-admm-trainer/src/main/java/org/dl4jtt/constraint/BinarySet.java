package org.dl4jtt.constraint;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weights {@code ±s}, with one s for each output (Rastegari et al. 2016, arXiv:1603.05279, §3.1).
 * The projection, exactly the nearest member, is the mean of an output's magnitudes times the
 * signs; zero counts as positive.
 */
public record BinarySet() implements ConstraintSet {
  @Override
  public void project(INDArray weight, INDArray out) {
    QuantizedSet.of(1).perOutput().project(weight, out);
  }

  @Override
  public String toString() {
    return "binary";
  }
}
