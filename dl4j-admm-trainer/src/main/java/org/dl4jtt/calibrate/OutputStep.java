package org.dl4jtt.calibrate;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** A step where a loss is computed. */
interface OutputStep {

  /** The loss; null where a layer computes one of its own kind. */
  @Nullable ILossFunction loss();

  /** The activation of the output; null where a layer computes one of its own kind. */
  @Nullable IActivation activation();

  /** The axis of classes or values in the output. */
  int outputAxis();

  /**
   * Sets what the next backward pass starts from.
   *
   * @param mask of the labels, or null
   */
  void labels(INDArray labels, @Nullable INDArray mask);
}
