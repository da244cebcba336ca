package org.dl4jtt.spark;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Squared Frobenius norms, summed in double whatever the data type. */
final class SquaredNorms {
  private SquaredNorms() {}

  static double norm(INDArray a) {
    double norm = a.castTo(DataType.DOUBLE).norm2Number().doubleValue();
    return norm * norm;
  }

  static double distance(INDArray a, INDArray b) {
    double distance = a.castTo(DataType.DOUBLE).distance2(b.castTo(DataType.DOUBLE));
    return distance * distance;
  }
}
