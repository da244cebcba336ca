package org.dl4jtt.layers.impl;

import java.util.List;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.tensor.TensorForm;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@code y = x W} for many rows x at once, W kept as cores: by the full matrix. */
final class CoreProduct {
  private final CoreMatrix matrix;
  private final long outputs;

  CoreProduct(TensorForm form) {
    this.matrix = new CoreMatrix(form);
    this.outputs = form.tensorization().outputs();
  }

  /** {@code [rows, outputs]} in 'f' order from x {@code [rows, inputs]} in 'f' order. */
  INDArray forward(List<INDArray> cores, INDArray x, ArrayType type, LayerWorkspaceMgr workspace) {
    INDArray y =
        workspace.createUninitialized(type, x.dataType(), new long[] {x.size(0), outputs}, 'f');
    return Nd4j.gemm(x, matrix.full(cores), y, false, false, 1, 0);
  }

  /** Writes the cores' gradients and returns that of x, {@code [rows, inputs]} in 'f' order. */
  INDArray backward(
      List<INDArray> cores,
      INDArray x,
      INDArray dy,
      List<INDArray> coreGradients,
      LayerWorkspaceMgr workspace) {
    INDArray w = matrix.full(cores);
    INDArray dx =
        workspace.createUninitialized(ArrayType.ACTIVATION_GRAD, x.dataType(), x.shape(), 'f');
    Nd4j.gemm(dy, w, dx, false, true, 1, 0);
    INDArray dw = Nd4j.createUninitialized(w.dataType(), w.shape(), 'f');
    Nd4j.gemm(x, dy, dw, true, false, 1, 0);
    matrix.gradient(cores, dw, coreGradients);
    return dx;
  }
}
