package org.dl4jtt.tensor;

import java.util.List;
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
}
