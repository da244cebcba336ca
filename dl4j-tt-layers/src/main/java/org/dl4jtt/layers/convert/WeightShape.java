package org.dl4jtt.layers.convert;

import java.io.Serializable;
import java.util.List;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.Tensorization;

/**
 * What a weight of a stock layer is: a matrix or a convolution kernel.
 *
 * @param outputs M; for an LSTM its four gates times its units
 * @param kernel empty, or {kH, kW}
 * @param inputs N
 */
public record WeightShape(int outputs, List<Integer> kernel, int inputs) implements Serializable {

  /** This weight with the given modes; their products must be outputs and inputs. */
  public Tensorization tensorization(
      Scheme scheme, List<Integer> outputModes, List<Integer> inputModes) {
    return new Tensorization(scheme, outputModes, kernel, inputModes);
  }
}
