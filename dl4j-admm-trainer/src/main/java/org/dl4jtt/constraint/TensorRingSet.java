package org.dl4jtt.constraint;

import java.io.Serializable;
import java.util.List;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;

/**
 * Weights that are tensor rings of the ranks r₀ … r_d, r₀ = r_d (Zhao et al. 2016). The projection
 * is TR-SVD; a ring with r₀ = 1 is a train.
 *
 * @param form scheme, modes and ranks
 */
public record TensorRingSet(TensorForm form) implements FactoredSet, Serializable {

  /** A set from the d + 1 ranks r₀ … r_d. */
  public static TensorRingSet of(Tensorization tensorization, List<Integer> ranks) {
    return new TensorRingSet(TensorForm.of(tensorization, ranks));
  }

  @Override
  public ConstraintSet relaxed(double progress) {
    return new TensorRingSet(Relaxation.of(form, progress));
  }

  @Override
  public String toString() {
    return "tensor ring " + form;
  }
}
