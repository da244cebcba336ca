package org.dl4jtt.constraint;

import static org.dl4jtt.internal.Check.argument;

import java.io.Serializable;
import java.util.List;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;

/**
 * Weights whose TT-ranks are at most {@code r_k}: unfolding k of the tensorized weight has rank
 * {@code r_k} or less. The projection is TT-SVD, within √(d−1) of the nearest member (Oseledets
 * 2011, Corollary 2.4).
 *
 * @param form scheme, modes and ranks; r₀ = r_d = 1
 */
public record TensorTrainSet(TensorForm form) implements FactoredSet, Serializable {
  /** Checks that the form is a train. */
  public TensorTrainSet {
    argument(
        form.isTrain(), "ranks %s are those of a ring; use TensorRingSet for it", form.ranks());
  }

  /** A set from the d + 1 ranks r₀ … r_d. */
  public static TensorTrainSet of(Tensorization tensorization, List<Integer> ranks) {
    return new TensorTrainSet(TensorForm.of(tensorization, ranks));
  }

  @Override
  public ConstraintSet relaxed(double progress) {
    return new TensorTrainSet(Relaxation.of(form, progress));
  }

  @Override
  public String toString() {
    return "tensor train " + form;
  }
}
