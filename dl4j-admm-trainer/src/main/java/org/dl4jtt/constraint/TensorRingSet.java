package org.dl4jtt.constraint;

import java.util.List;
import java.util.Optional;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weights that are tensor rings of the ranks r₀ … r_d, r₀ = r_d (Zhao et al. 2016). The projection
 * is TR-SVD; a ring with r₀ = 1 is a train.
 *
 * @param form scheme, modes and ranks
 */
public record TensorRingSet(TensorForm form) implements ConstraintSet {

  /** A set from the d + 1 ranks r₀ … r_d. */
  public static TensorRingSet of(Tensorization tensorization, List<Integer> ranks) {
    return new TensorRingSet(TensorForm.of(tensorization, ranks));
  }

  @Override
  public void project(INDArray weight, INDArray out) {
    projectToCores(weight, out);
  }

  @Override
  public Optional<FactoredWeight> projectToCores(INDArray weight, INDArray out) {
    return Optional.of(Factored.project(weight, form, out));
  }

  @Override
  public Cost cost() {
    return Factored.cost(form);
  }

  @Override
  public Optional<LayerForm> layerForm() {
    return Optional.of(Factored.layerForm(form));
  }

  @Override
  public ConstraintSet relaxed(double progress) {
    return new TensorRingSet(Factored.relaxed(form, progress));
  }

  @Override
  public String toString() {
    return "tensor ring " + form;
  }
}
