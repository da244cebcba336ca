package org.dl4jtt.tensor;

import java.util.List;
import org.dl4jtt.internal.Detached;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A tensor ring (Zhao et al. 2016): a {@link CoreChain} whose two ends are traced, r₀ = r_d. */
public record TensorRing(List<INDArray> cores) implements CoreChain {
  /** Checks that neighbouring ranks meet, the last with the first. */
  public TensorRing {
    cores = Cores.checked(cores);
  }

  @Override
  public INDArray full() {
    return Cores.full(cores);
  }

  /** The sum; its ranks are the sums of both. {@link #round} lowers them. */
  public TensorRing plus(TensorRing other) {
    Cores.checkSameModes(this, other);
    return Detached.compute(() -> new TensorRing(ChainAlgebra.sum(cores, other.cores, false)));
  }

  /** {@code factor · A}, the factor spread evenly over the cores. */
  public TensorRing times(double factor) {
    return Detached.compute(() -> new TensorRing(Cores.times(cores, factor)));
  }

  /** The same tensor, its norm spread evenly over the cores and, at each bond, over both sides. */
  public TensorRing balanced() {
    return Detached.compute(
        () -> new TensorRing(Cores.finished(PowerOfTwo.Chain.of(cores), dataType())));
  }

  /**
   * A tensor of lower ranks near this one, from the cores alone (Oseledets 2011, algorithm 2). With
   * an error bound, {@code ‖A − A'‖ ≤ ε ‖A‖}.
   */
  public TensorRing round(Truncation truncation) {
    return Detached.compute(() -> new TensorRing(Cores.finished(rounded(truncation), dataType())));
  }

  private PowerOfTwo.Chain rounded(Truncation truncation) {
    PowerOfTwo.Chain near = PowerOfTwo.Chain.of(cores);
    return new PowerOfTwo.Chain(
        Rounding.ring(new TensorRing(near.cores()), truncation), near.scale());
  }
}
