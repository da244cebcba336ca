package org.dl4jtt.layers.impl;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scatter.ScatterUpdate;
import org.nd4j.linalg.factory.Nd4j;

/** Rows added up by where they belong: the reverse of looking rows up. */
final class RowSums {
  private static final int[] ROWS = {1};

  private RowSums() {}

  /**
   * Row i of the result is the sum of the rows b with {@code targets[b] = i}, in the current
   * workspace.
   *
   * @param rows {@code [B, n]} in 'c' order
   * @param count of rows of the result
   */
  @SuppressWarnings("deprecation") // what DL4J's embeddings use: exact where a target occurs twice
  static INDArray of(INDArray rows, int[] targets, long count) {
    INDArray sums = Nd4j.create(rows.dataType(), new long[] {count, rows.size(1)}, 'c');
    Nd4j.scatterUpdate(ScatterUpdate.UpdateOp.ADD, sums, Nd4j.createFromArray(targets), rows, ROWS);
    return sums;
  }
}
