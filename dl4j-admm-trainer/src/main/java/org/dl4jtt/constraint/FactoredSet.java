package org.dl4jtt.constraint;

import java.util.Optional;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.Metric;
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

  @Override
  default void project(INDArray weight, Metric metric, INDArray out) {
    projectToCores(weight, metric, out);
  }

  /** Decomposes to the ranks of the form and multiplies the cores out again. */
  @Override
  default Optional<FactoredWeight> projectToCores(INDArray weight, INDArray out) {
    return projectToCores(weight, Metric.none(), out);
  }

  @Override
  default Optional<FactoredWeight> projectToCores(INDArray weight, Metric metric, INDArray out) {
    FactoredWeight member = FactoredWeight.decompose(weight, form(), metric);
    out.assign(member.toParameter());
    return Optional.of(member);
  }

  @Override
  default Optional<LayerForm> layerForm() {
    return Optional.of(new Cores(form()));
  }

  /** Decomposes to the ranks of a form. */
  record Cores(TensorForm form) implements LayerForm {
    @Override
    public FactoredWeight factor(INDArray weight) {
      return factor(weight, Metric.none());
    }

    @Override
    public FactoredWeight factor(INDArray weight, Metric metric) {
      return FactoredWeight.decompose(weight, form, metric);
    }
  }
}
