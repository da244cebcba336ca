package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** NaN or infinity in a weight: found in one pass, named in the message. */
final class Finite {
  private Finite() {}

  static void check(INDArray tensor) {
    if (Double.isFinite(tensor.norm1Number().doubleValue())) {
      return; // a sum of magnitudes: neither NaN nor infinity gets lost in it
    }
    long[] shape = tensor.shape();
    INDArray ordered = tensor.dup('c'); // getDouble(i) counts in the array's own order
    for (long i = 0; i < tensor.length(); i++) {
      double value = ordered.getDouble(i);
      argument(
          Double.isFinite(value),
          "the value at %s is %s; only finite weights can be decomposed",
          Arrays.toString(index(i, shape)),
          value);
    }
    argument(
        false, "the values of the weight are so large that their sum overflows; scale it first");
  }

  private static long[] index(long position, long[] shape) {
    long[] index = new long[shape.length];
    long rest = position;
    for (int k = shape.length - 1; k >= 0; k--) {
      index[k] = rest % shape[k];
      rest /= shape[k];
    }
    return index;
  }
}
