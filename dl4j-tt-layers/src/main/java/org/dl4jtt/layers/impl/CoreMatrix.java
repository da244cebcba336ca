package org.dl4jtt.layers.impl;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import java.util.ArrayList;
import java.util.List;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The full matrix of a chain of cores, and the way back: the gradient of the cores from that of the
 * matrix. For matrices that are small beside the work done with them, such as the hidden-to-hidden
 * weights of an LSTM, which every time step multiplies by.
 *
 * <pre>
 *   A[i₁ … i_d] = trace(G₁[i₁] ⋯ G_d[i_d])
 *   dG_k[a, i_k, b] = Σ dA[i] L_k[c, i₁ … i_{k-1}, a] R_k[b, i_{k+1} … i_d, c]     L, R: products left and right of core k
 * </pre>
 */
final class CoreMatrix {
  private final Tensorization tensorization;
  private final int order;
  private final long ends; // r₀ = r_d

  CoreMatrix(TensorForm form) {
    this.tensorization = form.tensorization();
    this.order = form.order();
    this.ends = form.ranks().get(0);
  }

  /** The matrix {@code [inputs, outputs]} in 'f' order, in the current workspace. */
  INDArray full(List<INDArray> cores) {
    INDArray product = lefts(cores).get(order); // [r₀·n₁⋯n_d, r_d]
    long size = product.size(0) / ends;
    INDArray tensor = product.reshape('c', new long[] {size * ends, ends});
    if (ends > 1) {
      INDArray blocks = product.reshape('c', new long[] {ends, size, ends});
      tensor = blocks.get(point(0), all(), point(0)).dup('c');
      for (long c = 1; c < ends; c++) {
        tensor.addi(blocks.get(point(c), all(), point(c)));
      }
    }
    INDArray matrix =
        Nd4j.createUninitialized(cores.get(0).dataType(), tensorization.parameterShape(), 'f');
    tensorization.toParameter(tensor, matrix);
    return matrix;
  }

  /** Writes the gradient with respect to each core. */
  void gradient(List<INDArray> cores, INDArray matrixGradient, List<INDArray> coreGradients) {
    INDArray tensor = tensorization.toTensor(matrixGradient);
    List<INDArray> lefts = lefts(cores);
    List<INDArray> rights = rights(cores);
    for (int k = 0; k < order; k++) {
      INDArray core = cores.get(k);
      long a = core.size(0);
      long b = core.size(core.rank() - 1);
      long mode = core.length() / (a * b);
      long before = lefts.get(k).length() / (ends * a);
      long after = rights.get(k).length() / (ends * b);
      INDArray gradient = coreGradients.get(k).reshape('c', new long[] {a, mode * b});
      INDArray left = lefts.get(k).reshape('c', new long[] {ends, before, a});
      INDArray right = rights.get(k).reshape('c', new long[] {b * after, ends});
      INDArray rows = tensor.reshape('c', new long[] {before * mode, after});
      INDArray half =
          Nd4j.createUninitialized(tensor.dataType(), new long[] {before * mode, b}, 'c');
      for (long c = 0; c < ends; c++) {
        INDArray r = right.getColumn(c).dup('c').reshape('c', new long[] {b, after});
        Nd4j.gemm(rows, r, half, false, true, 1, 0);
        INDArray l = left.get(point(c), all(), all()).dup('c').reshape('c', new long[] {before, a});
        INDArray whole = half.reshape('c', new long[] {before, mode * b});
        Nd4j.gemm(l, whole, gradient, true, false, 1, c == 0 ? 0 : 1);
      }
    }
  }

  /** L₀ … L_d: L_k is {@code [r₀·n₁⋯n_k, r_k]}, L₀ the identity of r₀. */
  private List<INDArray> lefts(List<INDArray> cores) {
    List<INDArray> lefts = new ArrayList<>();
    INDArray left = Nd4j.eye(ends).castTo(cores.get(0).dataType());
    lefts.add(left);
    for (INDArray core : cores) {
      long a = core.size(0);
      long b = core.size(core.rank() - 1);
      INDArray g = core.reshape('c', new long[] {a, core.length() / a});
      INDArray next =
          Nd4j.createUninitialized(g.dataType(), new long[] {left.size(0), g.size(1)}, 'c');
      Nd4j.gemm(left, g, next, false, false, 1, 0);
      left = next.reshape('c', new long[] {next.length() / b, b});
      lefts.add(left);
    }
    return lefts;
  }

  /** R_k is {@code [r_{k+1}, n_{k+2}⋯n_d·r_d]}: the product right of core k, counted from 0. */
  private List<INDArray> rights(List<INDArray> cores) {
    INDArray[] rights = new INDArray[order];
    INDArray right = Nd4j.eye(ends).castTo(cores.get(0).dataType());
    for (int k = order - 1; k >= 0; k--) {
      rights[k] = right;
      INDArray core = cores.get(k);
      long a = core.size(0);
      long b = core.size(core.rank() - 1);
      INDArray g = core.reshape('c', new long[] {core.length() / b, b});
      INDArray next =
          Nd4j.createUninitialized(g.dataType(), new long[] {g.size(0), right.size(1)}, 'c');
      Nd4j.gemm(g, right, next, false, false, 1, 0);
      right = next.reshape('c', new long[] {a, next.length() / a});
    }
    return List.of(rights);
  }
}
