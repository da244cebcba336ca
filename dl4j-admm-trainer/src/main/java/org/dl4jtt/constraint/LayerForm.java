package org.dl4jtt.constraint;

import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.Metric;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How a member of a {@link ConstraintSet} becomes the cores of a tensor layer. */
public interface LayerForm {

  /**
   * The cores of a weight.
   *
   * @param weight in the parameter's own shape; a weight outside the set is projected first
   */
  FactoredWeight factor(INDArray weight);

  /**
   * The cores of a weight, near to it in the norm of a metric.
   *
   * @param metric moments of this weight; ignored unless overridden
   */
  default FactoredWeight factor(INDArray weight, Metric metric) {
    return factor(weight);
  }
}
