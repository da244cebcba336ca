package org.dl4jtt.tensor;

import java.util.ArrayList;
import java.util.List;
import org.dl4jtt.internal.Norms;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The power of two that brings numbers near 1: squares of singular values, which a decomposition
 * takes on its way, overflow above 1e154 and vanish below 1e-154. Multiplying by it rounds nothing.
 * Numbers of ordinary size have exponent 0 and are not touched.
 *
 * @param exponent e: the numbers are 2^e times those that are computed with
 */
record PowerOfTwo(int exponent) {
  private static final double LEAST = 1e-40;
  private static final double MOST = 1e40;

  /** Doubles go from 2^-1074 to 2^1023: a scale beyond half of that takes two steps. */
  private static final int STEP = 1000;

  /** Returns that of an array. */
  static PowerOfTwo of(INDArray array) {
    double norm = array.norm2Number().doubleValue();
    if (norm > LEAST && norm < MOST) {
      return new PowerOfTwo(0);
    }
    double largest = Norms.largest(array);
    return new PowerOfTwo(largest == 0 ? 0 : Math.getExponent(largest));
  }

  /** Returns the array times 2^-e: itself where e is 0, else a new one. */
  INDArray down(INDArray array) {
    return times(array, -exponent);
  }

  private static INDArray times(INDArray array, int exponent) {
    if (exponent == 0) {
      return array;
    }
    int first = Math.max(-STEP, Math.min(STEP, exponent));
    INDArray scaled = array.mul(Math.scalb(1.0, first));
    return exponent == first ? scaled : scaled.muli(Math.scalb(1.0, exponent - first));
  }

  /** Returns the cores of 2^e times their tensor, the factor spread evenly over them. */
  List<INDArray> up(List<INDArray> cores) {
    if (exponent == 0) {
      return cores;
    }
    double share = Math.pow(2, (double) exponent / cores.size());
    List<INDArray> scaled = new ArrayList<>();
    for (INDArray core : cores) {
      scaled.add(core.mul(share));
    }
    return scaled;
  }

  /** Returns the cores of 2^e times their tensor, the factor on the core of this index. */
  List<INDArray> upAt(int index, List<INDArray> cores) {
    List<INDArray> scaled = new ArrayList<>(cores);
    scaled.set(index, times(cores.get(index), exponent));
    return scaled;
  }

  /** Cores near 1, and the power of two that their tensor lacks. */
  record Chain(List<INDArray> cores, PowerOfTwo scale) {
    private static final double CORE = 1e15;
    private static final double PRODUCT = 1e60;

    /** Returns the cores as they are if no product of neighbours is far from 1. */
    static Chain of(List<INDArray> cores) {
      if (isOrdinary(cores)) {
        return new Chain(cores, new PowerOfTwo(0));
      }
      List<INDArray> near = new ArrayList<>();
      int exponent = 0;
      for (INDArray core : cores) {
        double largest = Norms.largest(core);
        PowerOfTwo own = new PowerOfTwo(largest == 0 ? 0 : Math.getExponent(largest));
        near.add(own.down(core.castTo(DataType.DOUBLE)));
        exponent += own.exponent;
      }
      return new Chain(near, new PowerOfTwo(exponent));
    }

    private static boolean isOrdinary(List<INDArray> cores) {
      double product = 1;
      for (INDArray core : cores) {
        double norm = Norms.norm2(core);
        product *= norm;
        if (!(norm > 1 / CORE && norm < CORE && product > 1 / PRODUCT && product < PRODUCT)) {
          return false;
        }
      }
      return true;
    }
  }
}
