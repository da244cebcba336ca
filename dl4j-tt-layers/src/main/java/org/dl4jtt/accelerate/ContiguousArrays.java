package org.dl4jtt.accelerate;

import java.util.function.Consumer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.contraction.Scratch;
import org.dl4jtt.internal.onednn.Copy;
import org.dl4jtt.internal.onednn.Format;
import org.dl4jtt.internal.onednn.Images;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * FLOAT arrays without gaps in memory, which is what the native operations are fast (and right)
 * for.
 */
final class ContiguousArrays {
  private ContiguousArrays() {}

  /** {@code array} itself if it lies in memory without gaps in 'c' order, a copy otherwise. */
  static INDArray of(INDArray array, ArrayType place, LayerWorkspaceMgr workspaces) {
    return Images.isChannelsFirst(array)
        ? array
        : Copy.copy(array, create(array.shape(), false, place, workspaces));
  }

  /**
   * {@code array} itself if it lies in memory as {@code other} of its shape does, a copy otherwise.
   */
  static INDArray as(
      INDArray other, INDArray array, ArrayType place, LayerWorkspaceMgr workspaces) {
    return Format.of(other).equals(Format.of(array))
        ? array
        : Copy.copy(array, like(other, place, workspaces));
  }

  /**
   * Arbitrary contents in the shape and the order in memory of {@code images}, which has no gaps.
   */
  static INDArray like(INDArray images, ArrayType place, LayerWorkspaceMgr workspaces) {
    return create(images.shape(), !Images.isChannelsFirst(images), place, workspaces);
  }

  /**
   * Arbitrary contents.
   *
   * @param channelsLast for a shape [N, C, H, W]; false for 'c' order
   */
  static INDArray create(
      long[] shape, boolean channelsLast, ArrayType place, LayerWorkspaceMgr workspaces) {
    if (!channelsLast) {
      return workspaces.createUninitialized(place, DataType.FLOAT, shape, 'c');
    }
    long[] nhwc = {shape[0], shape[2], shape[3], shape[1]};
    return Images.toNchw(workspaces.createUninitialized(place, DataType.FLOAT, nhwc, 'c'));
  }

  /**
   * The gradient of an input, in the place for such.
   *
   * @param asInput true: in the order in memory of {@code x}; false: in 'c' order
   * @param compute overwrites its argument, which lies in memory as {@code x}, by the gradient
   */
  static INDArray inputGradient(
      INDArray x, boolean asInput, LayerWorkspaceMgr workspaces, Consumer<INDArray> compute) {
    boolean direct = asInput || Images.isChannelsFirst(x);
    INDArray dx =
        like(x, direct ? ArrayType.ACTIVATION_GRAD : ArrayType.BP_WORKING_MEM, workspaces);
    compute.accept(dx);
    return direct ? dx : of(dx, ArrayType.ACTIVATION_GRAD, workspaces);
  }

  static Scratch scratch(ArrayType place, LayerWorkspaceMgr workspaces) {
    return (type, shape) -> workspaces.createUninitialized(place, type, shape, 'c');
  }
}
