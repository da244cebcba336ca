package org.dl4jtt.calibrate;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Vectors as rows: what enters or leaves a linear map at every example and position.
 *
 * @param values [rows, n], 'c' order; a row that a mask hides is 0
 * @param count the rows that no mask hides
 */
record Rows(INDArray values, double count) {

  /**
   * Of activations with their features on one axis.
   *
   * @param array [b, n], or of more axes, the examples first
   * @param axis of the features
   * @param mask [b, t] or [rows, 1] of ones and zeros; one of another shape hides nothing
   */
  static Rows of(INDArray array, int axis, @Nullable INDArray mask) {
    int rank = array.rank();
    int[] order = new int[rank];
    int next = 0;
    for (int k = 0; k < rank; k++) {
      if (k != axis) {
        order[next++] = k;
      }
    }
    order[rank - 1] = axis;
    INDArray last = axis == rank - 1 ? array : array.permute(order);
    boolean plain = last.ordering() == 'c' && !last.isView() && axis == rank - 1;
    long n = array.size(axis);
    INDArray values = (plain ? last : last.dup('c')).reshape('c', new long[] {-1, n});
    long rows = values.size(0);
    if (mask == null || mask.length() != rows) {
      return new Rows(values, rows);
    }
    INDArray column = mask.castTo(values.dataType()).dup('c').reshape('c', new long[] {rows, 1});
    return new Rows(values.mulColumnVector(column), column.sumNumber().doubleValue());
  }

  /**
   * Each step's predecessor, zeros before the first.
   *
   * @param states [b, n, t]
   */
  static INDArray previous(INDArray states) {
    INDArray previous = Nd4j.zeros(states.dataType(), states.shape());
    long t = states.size(2);
    if (t > 1) {
      INDArray later = previous.get(all(), all(), interval(1, t));
      later.assign(states.get(all(), all(), interval(0, t - 1)));
    }
    return previous;
  }

  private static INDArrayIndex all() {
    return NDArrayIndex.all();
  }

  private static INDArrayIndex interval(long from, long to) {
    return NDArrayIndex.interval(from, to);
  }

  @Override
  public String toString() {
    return Arrays.toString(values.shape());
  }
}
