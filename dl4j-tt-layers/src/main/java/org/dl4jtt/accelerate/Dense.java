package org.dl4jtt.accelerate;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/** Arrays in plain 'c' order, which is what the native operations are fast (and right) for. */
final class Dense {
  private Dense() {}

  /** {@code array} itself if it lies in memory without gaps in 'c' order, a copy otherwise. */
  static INDArray of(INDArray array, ArrayType place, LayerWorkspaceMgr workspaces) {
    return array.ordering() == 'c' && Shape.hasDefaultStridesForShape(array)
        ? array
        : workspaces.dup(place, array, 'c');
  }
}
