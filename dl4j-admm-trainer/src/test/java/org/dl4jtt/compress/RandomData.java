package org.dl4jtt.compress;

import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The same numbers on every machine. */
final class RandomData {
  private RandomData() {}

  /** Normally distributed doubles. */
  static INDArray random(int seed, long... shape) {
    Random random = new Random(seed);
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array;
  }
}
