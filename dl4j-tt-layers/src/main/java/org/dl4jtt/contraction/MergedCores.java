package org.dl4jtt.contraction;

import static org.dl4jtt.contraction.CoreProducts.product;
import static org.dl4jtt.contraction.CoreProducts.rightTransposed;
import static org.dl4jtt.contraction.CoreProducts.rows;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Neighbouring cores contracted to one, from left to right: {@code Z_k = Z_{k-1} G_k}, with {@code
 * Z_k [r₀, n₁⋯n_k, r_k]}; and the derivative of that.
 */
final class MergedCores {
  private final List<INDArray> cores;
  private final List<INDArray> partial = new ArrayList<>();

  /**
   * @param cores each [r_{k-1}, n_k, r_k] in 'c' order
   */
  MergedCores(List<INDArray> cores, Scratch scratch) {
    this.cores = cores;
    partial.add(cores.get(0));
    for (INDArray core : cores.subList(1, cores.size())) {
      INDArray z = partial.get(partial.size() - 1);
      long r = core.size(0);
      partial.add(product(rows(z, z.length() / r), rows(core, r), scratch));
    }
  }

  /** [r₀, n₁⋯n_d, r_d]. */
  INDArray merged() {
    INDArray z = partial.get(partial.size() - 1);
    long left = cores.get(0).size(0);
    long right = cores.get(cores.size() - 1).size(2);
    return z.reshape('c', new long[] {left, z.length() / (left * right), right});
  }

  /**
   * Writes the cores' gradients.
   *
   * @param gradient of {@link #merged()}
   * @param gradients of the cores; overwritten
   */
  void backward(INDArray gradient, List<INDArray> gradients, Scratch scratch) {
    INDArray dz = gradient;
    for (int k = cores.size() - 1; k > 0; k--) {
      INDArray core = cores.get(k);
      INDArray z = partial.get(k - 1);
      long r = core.size(0);
      INDArray dzRows = rows(dz, z.length() / r);
      Nd4j.gemm(rows(z, z.length() / r), dzRows, rows(gradients.get(k), r), true, false, 1, 0);
      dz = rightTransposed(dzRows, rows(core, r), scratch);
    }
    INDArray first = gradients.get(0);
    first.assign(dz.reshape('c', first.shape()));
  }
}
