package org.dl4jtt.layers.impl;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/**
 * The two layouts of N sequences of T vectors with k entries.
 *
 * <pre>
 *   steps  [N, k, T] in 'f' order: one contiguous [N, k] for each step, what the recurrence walks along
 *   rows   [T·N, k]  in 'f' order: every vector of every sequence, what one matrix product takes at once
 * </pre>
 */
final class Sequences {
  private Sequences() {}

  /** Rows from an array {@code [N, k, T]} of any order: a view where its memory allows. */
  static INDArray rows(
      INDArray sequences, ArrayType type, DataType to, LayerWorkspaceMgr workspace) {
    INDArray permuted = sequences.permute(0, 2, 1); // [N, T, k]
    if (permuted.dataType() != to
        || permuted.ordering() != 'f'
        || !Shape.hasDefaultStridesForShape(permuted)) {
      INDArray copy = workspace.createUninitialized(type, to, permuted.shape(), 'f');
      copy.assign(permuted);
      permuted = copy;
    }
    return permuted.reshape(
        'f', new long[] {permuted.size(0) * permuted.size(1), permuted.size(2)});
  }

  /**
   * Steps, as the matrix {@code [N, k·T]}, from an array {@code [N, k, T]} of any order; a copy.
   */
  static INDArray steps(
      INDArray sequences, ArrayType type, DataType to, LayerWorkspaceMgr workspace) {
    INDArray copy = workspace.createUninitialized(type, to, sequences.shape(), 'f');
    copy.assign(sequences);
    return copy.reshape('f', new long[] {copy.size(0), copy.size(1) * copy.size(2)});
  }

  /** The view {@code [N, k, T]} of rows {@code [T·N, k]}. */
  static INDArray ofRows(INDArray rows, long examples) {
    return rows.reshape('f', new long[] {examples, rows.size(0) / examples, rows.size(1)})
        .permute(0, 2, 1);
  }

  /** The view {@code [N, k, T]} of steps {@code [N, k·T]}. */
  static INDArray ofSteps(INDArray steps, long size) {
    return steps.reshape('f', new long[] {steps.size(0), size, steps.size(1) / size});
  }
}
