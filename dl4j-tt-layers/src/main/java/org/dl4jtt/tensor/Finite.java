package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import java.util.List;
import org.dl4jtt.internal.Norms;
import org.nd4j.linalg.api.ndarray.INDArray;

/** NaN or infinity in a weight: found in one pass, named in the message. */
final class Finite {
  private Finite() {}

  static void check(INDArray tensor) {
    if (Norms.isFinite(tensor)) {
      return;
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
  }

  /** Checks what was computed, in the type in which it is handed back. */
  static List<INDArray> checked(List<INDArray> cores) {
    for (int k = 0; k < cores.size(); k++) {
      argument(
          Norms.isFinite(cores.get(k)),
          "core %d overflows %s: the weight is too large for cores of this type; use FLOAT or DOUBLE",
          k,
          cores.get(k).dataType());
    }
    return cores;
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
