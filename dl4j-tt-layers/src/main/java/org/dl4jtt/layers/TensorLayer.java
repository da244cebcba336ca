package org.dl4jtt.layers;

import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;

/**
 * A layer configuration whose weight is kept as cores {@code core0, core1, …}, followed by the bias
 * {@code b}.
 */
public interface TensorLayer {

  /** Scheme, modes and ranks; null until numbers of inputs and outputs are known. */
  @Nullable TensorForm getForm();

  /** True if the layer has a bias. */
  boolean hasBias();

  /** The number of cores: known from the request before the form is. */
  int order();
}
