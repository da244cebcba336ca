package org.dl4jtt.tensor;

import java.util.List;
import org.dl4jtt.internal.Detached;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A tensor as a closed chain of cores: {@code A[i₁, …, i_d] = trace(G₁[i₁] G₂[i₂] ⋯ G_d[i_d])},
 * core k of shape {@code [r_{k-1}, n_k, r_k]} in 'c' order, r₀ = r_d. With r₀ = 1 it is a {@link
 * TensorTrain}. Immutable: cores are not to be written.
 */
public sealed interface CoreChain permits TensorTrain, TensorRing {

  /** The cores, {@code [r_{k-1}, n_k, r_k]}, 'c' order. */
  List<INDArray> cores();

  /** n₁ … n_d. */
  default List<Integer> modes() {
    return cores().stream().map(core -> (int) core.size(1)).toList();
  }

  /** r₀ … r_d. */
  default List<Integer> ranks() {
    List<INDArray> cores = cores();
    java.util.ArrayList<Integer> ranks = new java.util.ArrayList<>();
    ranks.add((int) cores.get(0).size(0));
    cores.forEach(core -> ranks.add((int) core.size(2)));
    return List.copyOf(ranks);
  }

  /** The data type of the cores. */
  default DataType dataType() {
    return cores().get(0).dataType();
  }

  /** The number of weights of all cores. */
  default long weights() {
    return cores().stream().mapToLong(INDArray::length).sum();
  }

  /** The whole tensor, {@code [n₁, …, n_d]} in 'c' order, in a new array. */
  INDArray full();

  /** One entry of the tensor, from one slice of every core. */
  default double entry(int... index) {
    return Detached.compute(() -> ChainAlgebra.entry(cores(), index));
  }

  /**
   * {@code Σ A[i] B[i]}, from the cores alone.
   *
   * @param other a tensor of the same modes
   */
  default double inner(CoreChain other) {
    Cores.checkSameModes(this, other);
    return Detached.compute(() -> ChainAlgebra.inner(cores(), other.cores()));
  }

  /**
   * The Frobenius norm, from the cores alone. It is the root of {@link #inner}: what is below 1e-8
   * of the norm of the summands of a difference is rounding.
   */
  default double norm() {
    return Detached.compute(
        () -> {
          PowerOfTwo.Chain near = PowerOfTwo.Chain.of(cores());
          double square = ChainAlgebra.inner(near.cores(), near.cores());
          return Math.scalb(Math.sqrt(Math.max(0, square)), near.scale().exponent());
        });
  }
}
