package org.dl4jtt.tensor;

import java.util.List;
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
}
