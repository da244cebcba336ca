package org.dl4jtt.accelerate;

import java.util.function.LongFunction;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.internal.LruCache;
import org.dl4jtt.internal.onednn.Format;
import org.dl4jtt.internal.onednn.Pooling;
import org.dl4jtt.internal.onednn.Window;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The pooling of one layer, for images of any size, with channels first or last in memory. */
final class OneDnnPooling {
  private record Key(Window window, Format x, Format y) {}

  private final Pooling.Kind kind;
  private final LruCache<Key, Pooling> made = new LruCache<>();

  OneDnnPooling(PoolingType type) {
    this.kind = type == PoolingType.MAX ? Pooling.Kind.MAXIMUM : Pooling.Kind.MEAN;
  }

  static boolean supports(PoolingType type) {
    return type == PoolingType.MAX || type == PoolingType.AVG;
  }

  /** Overwrites y, of the window's shape. */
  void forward(Window window, INDArray x, INDArray y, LayerWorkspaceMgr workspaces) {
    pooling(window, x, y).forward(x, y, buffers(ArrayType.FF_WORKING_MEM, workspaces));
  }

  /** Overwrites dx. */
  void backward(Window window, INDArray x, INDArray dy, INDArray dx, LayerWorkspaceMgr workspaces) {
    pooling(window, x, dy).backward(x, dy, dx, buffers(ArrayType.BP_WORKING_MEM, workspaces));
  }

  private Pooling pooling(Window window, INDArray x, INDArray y) {
    return made.get(
        new Key(window, Format.of(x), Format.of(y)),
        key -> new Pooling(kind, key.window, key.x, key.y));
  }

  private static LongFunction<INDArray> buffers(ArrayType place, LayerWorkspaceMgr workspaces) {
    return count -> ContiguousArrays.scratch(place, workspaces).allocate(DataType.FLOAT, count);
  }
}
