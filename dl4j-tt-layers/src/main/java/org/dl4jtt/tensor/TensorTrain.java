package org.dl4jtt.tensor;

import java.util.List;
import org.dl4jtt.internal.Check;
import org.dl4jtt.internal.Detached;
import org.dl4jtt.internal.Finite;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A tensor train (Oseledets 2011): a {@link CoreChain} with r₀ = r_d = 1. */
public record TensorTrain(List<INDArray> cores) implements CoreChain {
  /** Checks that neighbouring ranks meet and the ends are 1. */
  public TensorTrain {
    cores = Cores.checked(cores);
    Check.argument(
        cores.get(0).size(0) == 1,
        "a tensor train starts and ends with rank 1, got %d; use TensorRing",
        cores.get(0).size(0));
  }

  @Override
  public INDArray full() {
    return Cores.full(cores);
  }

  /** The sum; its ranks are the sums of both but at the ends. {@link #round} lowers them. */
  public TensorTrain plus(TensorTrain other) {
    Cores.checkSameModes(this, other);
    return Detached.compute(() -> new TensorTrain(ChainAlgebra.sum(cores, other.cores, true)));
  }

  /** {@code factor · A}, the factor spread evenly over the cores. */
  public TensorTrain times(double factor) {
    return Detached.compute(() -> new TensorTrain(Cores.times(cores, factor)));
  }

  /** The same tensor, its norm spread evenly over the cores and, at each bond, over both sides. */
  public TensorTrain balanced() {
    return Detached.compute(
        () -> new TensorTrain(Cores.finished(PowerOfTwo.Chain.of(cores), dataType())));
  }

  /**
   * A tensor of lower ranks near this one, from the cores alone (Oseledets 2011, algorithm 2). With
   * an error bound, {@code ‖A − A'‖ ≤ ε ‖A‖}.
   */
  public TensorTrain round(Truncation truncation) {
    return Detached.compute(() -> new TensorTrain(Cores.finished(rounded(truncation), dataType())));
  }

  /** The same tensor, every core but the last with orthonormal columns as [r_{k-1} n_k, r_k]. */
  public TensorTrain leftOrthogonal() {
    return Detached.compute(
        () -> {
          PowerOfTwo.Chain near = PowerOfTwo.Chain.of(cores);
          List<INDArray> made = Rounding.leftOrthogonal(near.cores());
          return orthogonal(near.scale().upAt(cores.size() - 1, made));
        });
  }

  /** The same tensor, every core but the first with orthonormal rows as [r_{k-1}, n_k r_k]. */
  public TensorTrain rightOrthogonal() {
    return Detached.compute(
        () -> {
          PowerOfTwo.Chain near = PowerOfTwo.Chain.of(cores);
          return orthogonal(near.scale().upAt(0, Rounding.rightOrthogonal(near.cores())));
        });
  }

  private PowerOfTwo.Chain rounded(Truncation truncation) {
    PowerOfTwo.Chain near = PowerOfTwo.Chain.of(cores);
    return new PowerOfTwo.Chain(
        Rounding.train(new TensorTrain(near.cores()), truncation), near.scale());
  }

  private TensorTrain orthogonal(List<INDArray> made) {
    return new TensorTrain(Finite.checked(Cores.cast(made, dataType())));
  }
}
