package org.dl4jtt.constraint;

import java.util.Optional;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.TensorForm;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What the sets of tensor trains and tensor rings share: all but their names. */
interface FactoredSet extends ConstraintSet {

  /** Scheme, modes and ranks of the members. */
  TensorForm form();

  @Override
  default void project(INDArray weight, INDArray out) {
    projectToCores(weight, out);
  }

  /** Decomposes to the ranks of the form and multiplies the cores out again. */
  @Override
  default Optional<FactoredWeight> projectToCores(INDArray weight, INDArray out) {
    FactoredWeight member = FactoredWeight.decompose(weight, form());
    out.assign(member.toParameter());
    return Optional.of(member);
  }

  @Override
  default Optional<LayerForm> layerForm() {
    TensorForm form = form();
    return Optional.of(weight -> FactoredWeight.decompose(weight, form));
  }
}
