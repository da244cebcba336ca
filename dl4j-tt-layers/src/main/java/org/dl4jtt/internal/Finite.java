package org.dl4jtt.internal;

import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** NaN or infinity in a weight: found in one pass, named in the message. */
public final class Finite {
  private Finite() {}

  /** Checks a weight that is to be decomposed. */
  public static void check(INDArray tensor) {
    check(tensor, "decomposed");
  }

  /**
   * Throws an {@link IllegalArgumentException} that says where a value is not finite, if one is.
   *
   * @param tensor a weight, any memory order and floating-point type
   * @param what is to be done with it: "decomposed", "projected"
   */
  public static void check(INDArray tensor, String what) {
    if (Norms.isFinite(tensor)) {
      return;
    }
    long[] shape = tensor.shape();
    INDArray ordered = tensor.dup('c'); // getDouble(i) counts in the array's own order
    for (long i = 0; i < tensor.length(); i++) {
      double value = ordered.getDouble(i);
      argument(
          Double.isFinite(value),
          "the value at %s is %s; only finite weights can be %s",
          Arrays.toString(index(i, shape)),
          value,
          what);
    }
  }

  /** Checks what was computed, in the type in which it is handed back. */
  public static List<INDArray> checked(List<INDArray> cores) {
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
