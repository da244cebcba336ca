package org.dl4jtt.layers.impl;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.contraction.MatrixContraction;
import org.dl4jtt.internal.onednn.Copy;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The two layouts of N sequences of T vectors with k entries.
 *
 * <pre>
 *   steps  [N, k, T] in 'f' order: one contiguous [N, k] for each step, what the recurrence walks along
 *   rows   [T·N, k]: every vector of every sequence, what one matrix product takes at once
 *          'f' order: row t·N + n; 'c' order: row n·T + t, the memory of NWC sequences
 * </pre>
 */
final class Sequences {
  private Sequences() {}

  /** 'c' where rows of that order need no copy, otherwise 'f'. */
  static char rowOrder(INDArray sequences, DataType to) {
    INDArray permuted = sequences.permute(0, 2, 1);
    return permuted.dataType() == to && isDense(permuted, 'c') ? 'c' : 'f';
  }

  /** Rows from an array {@code [N, k, T]} of any order: a view where its memory allows. */
  static INDArray rows(
      INDArray sequences, char order, ArrayType type, DataType to, LayerWorkspaceMgr workspace) {
    INDArray permuted = sequences.permute(0, 2, 1); // [N, T, k]
    if (permuted.dataType() != to || !isDense(permuted, order)) {
      INDArray copy = workspace.createUninitialized(type, to, permuted.shape(), order);
      if (order == 'f' && sequences.dataType() == to && isDense(sequences, 'c')) {
        // Both are the matrix [N, k·T], in one order and in the other.
        long[] matrix = {copy.size(0), copy.size(1) * copy.size(2)};
        MatrixContraction.copyToF(sequences.reshape('c', matrix), copy.reshape('f', matrix));
      } else {
        Copy.copy(permuted, copy);
      }
      permuted = copy;
    }
    return permuted.reshape(
        order, new long[] {permuted.size(0) * permuted.size(1), permuted.size(2)});
  }

  /**
   * Steps, as the matrix {@code [N, k·T]}, from an array {@code [N, k, T]} of any order; a copy.
   */
  static INDArray steps(
      INDArray sequences, ArrayType type, DataType to, LayerWorkspaceMgr workspace) {
    INDArray copy = workspace.createUninitialized(type, to, sequences.shape(), 'f');
    Copy.copy(sequences, copy);
    return copy.reshape('f', new long[] {copy.size(0), copy.size(1) * copy.size(2)});
  }

  /** The view {@code [N, k, T]} of rows {@code [T·N, k]}. */
  static INDArray ofRows(INDArray rows, char order, long examples) {
    return rows.reshape(order, new long[] {examples, rows.size(0) / examples, rows.size(1)})
        .permute(0, 2, 1);
  }

  /** The view {@code [N, k, T]} of steps {@code [N, k·T]}. */
  static INDArray ofSteps(INDArray steps, long size) {
    return steps.reshape('f', new long[] {steps.size(0), size, steps.size(1) / size});
  }

  private static boolean isDense(INDArray array, char order) {
    long expected = 1;
    for (int i = 0; i < array.rank(); i++) {
      int axis = order == 'f' ? i : array.rank() - 1 - i;
      if (array.size(axis) > 1 && array.stride(axis) != expected) {
        return false;
      }
      expected *= array.size(axis);
    }
    return true;
  }
}
