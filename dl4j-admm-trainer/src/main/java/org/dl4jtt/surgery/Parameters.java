package org.dl4jtt.surgery;

import static org.dl4jtt.internal.Check.state;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Parameters on their way from one network into another. */
final class Parameters {
  private Parameters() {}

  /**
   * A flat vector to initialise a network with: given one, DL4J neither draws random weights nor
   * seeds the global generator. Null, which DL4J reads as "none", for a network without parameters.
   */
  static @Nullable INDArray empty(DataType type, long length) {
    return length == 0 ? null : Nd4j.create(type, 1, length);
  }

  /** Writes every value into the parameter of the same name and shape. */
  static void copy(Map<String, INDArray> from, Map<String, INDArray> to, String layer) {
    state(
        from.keySet().equals(to.keySet()),
        "layer %s has parameters %s, but values are given for %s",
        layer,
        to.keySet(),
        from.keySet());
    to.forEach(
        (name, parameter) -> {
          INDArray value = from.get(name);
          state(
              value != null && Arrays.equals(value.shape(), parameter.shape()),
              "layer %s: parameter %s has shape %s, but its value has shape %s",
              layer,
              name,
              Arrays.toString(parameter.shape()),
              value == null ? "" : Arrays.toString(value.shape()));
          parameter.assign(value);
        });
  }
}
