package org.dl4jtt.layers;

import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;

/** A layer configuration whose weight is kept as cores {@code core0, core1, …}. */
public interface TensorLayer {

  /** Scheme, modes and ranks; null until numbers of inputs and outputs are known. */
  @Nullable TensorForm getForm();
}
