package org.dl4jtt.plan;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Where the planner takes the values of a weight from. */
@FunctionalInterface
public interface CurrentWeights {

  /**
   * The values that ranks are to be chosen for.
   *
   * @param layer of the network
   * @param parameter its name in the layer, such as "W"
   * @return of the parameter's shape; only read
   */
  INDArray of(NetworkLayer layer, String parameter);

  /** Those of the network itself. */
  static CurrentWeights ofNetwork() {
    return (layer, parameter) -> {
      INDArray weight = layer.parameters().get(parameter);
      if (weight == null) {
        throw new IllegalStateException("layer " + layer.name() + " has no weight " + parameter);
      }
      return weight;
    };
  }
}
