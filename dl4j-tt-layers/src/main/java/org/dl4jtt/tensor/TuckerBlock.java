package org.dl4jtt.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One Tucker block {@code C ×₁ A₁ ×₂ … ×_d A_d}.
 *
 * @param core C [R₁, …, R_d]
 * @param factors A_k [n_k, R_k], with orthonormal columns
 */
public record TuckerBlock(INDArray core, List<INDArray> factors) {
  /** Copies the list. */
  public TuckerBlock {
    factors = List.copyOf(factors);
  }

  /** Returns the tensor [n₁, …, n_d], 'c' order. */
  public INDArray full() {
    INDArray full = core;
    for (int k = 0; k < factors.size(); k++) {
      full = times(full, factors.get(k), k, false);
    }
    return full;
  }

  /**
   * The block whose factors are the leading singular vectors of the tensor's unfoldings (De
   * Lathauwer et al. 2000, HOSVD).
   */
  static TuckerBlock leading(INDArray tensor, List<Integer> ranks) {
    List<INDArray> factors = new ArrayList<>();
    for (int k = 0; k < ranks.size(); k++) {
      factors.add(basis(tensor, k, ranks.get(k)));
    }
    return new TuckerBlock(compressed(tensor, factors, -1), factors);
  }

  /**
   * One sweep of HOOI (De Lathauwer, De Moor and Vandewalle 2000): each factor in turn becomes the
   * best one for the others, so that the block's error never rises.
   */
  TuckerBlock improved(INDArray tensor) {
    List<INDArray> next = new ArrayList<>(factors);
    for (int k = 0; k < next.size(); k++) {
      next.set(k, basis(compressed(tensor, next, k), k, (int) next.get(k).size(1)));
    }
    return new TuckerBlock(compressed(tensor, next, -1), next);
  }

  /** The tensor times all transposed factors but that of one mode; -1 takes all. */
  private static INDArray compressed(INDArray tensor, List<INDArray> factors, int without) {
    INDArray rest = tensor;
    for (int k = 0; k < factors.size(); k++) {
      rest = k == without ? rest : times(rest, factors.get(k), k, true);
    }
    return rest;
  }

  private static INDArray basis(INDArray tensor, int mode, int rank) {
    return Cut.of(unfolding(tensor, mode), rank, -1).basis();
  }

  /** [n_k, all other modes]. */
  private static INDArray unfolding(INDArray tensor, int mode) {
    return tensor
        .permute(front(tensor.rank(), mode))
        .dup('c')
        .reshape('c', new long[] {tensor.size(mode), tensor.length() / tensor.size(mode)});
  }

  /** {@code T ×_k A}, or {@code T ×_k Aᵀ}. */
  private static INDArray times(INDArray tensor, INDArray matrix, int mode, boolean transpose) {
    INDArray product = ChainAlgebra.product(matrix, unfolding(tensor, mode), transpose, false);
    int[] order = front(tensor.rank(), mode);
    long[] shape = IntStream.of(order).mapToLong(tensor::size).toArray();
    shape[0] = product.size(0);
    int[] back = new int[order.length];
    for (int k = 0; k < order.length; k++) {
      back[order[k]] = k;
    }
    return product.reshape('c', shape).permute(back).dup('c');
  }

  private static int[] front(int axes, int mode) {
    return IntStream.concat(
            IntStream.of(mode), IntStream.range(0, axes).filter(axis -> axis != mode))
        .toArray();
  }
}
