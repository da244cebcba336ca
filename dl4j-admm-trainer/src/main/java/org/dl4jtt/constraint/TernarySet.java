package org.dl4jtt.constraint;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weights −s, 0 or s, with one s for each output (Li et al. 2016, arXiv:1605.04711). The projection
 * is exactly the nearest member: of an output's magnitudes in falling order it keeps the first k
 * for which {@code (m₁ + … + m_k)² / k} is largest, and s is their mean.
 */
public record TernarySet() implements ConstraintSet {
  @Override
  public void project(INDArray weight, INDArray out) {
    QuantizedSet.of(2).perOutput().project(weight, out);
  }

  @Override
  public String toString() {
    return "ternary";
  }
}
