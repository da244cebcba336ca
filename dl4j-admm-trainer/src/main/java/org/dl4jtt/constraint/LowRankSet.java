package org.dl4jtt.constraint;

import static org.dl4jtt.internal.Check.argument;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.Metric;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.Tensorization;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Matrices of rank r at most; a kernel is read as the matrix {@code [O, kH·kW·I]}. The projection
 * is the truncated SVD, exactly the nearest member (Eckart and Young 1936).
 *
 * <p>It is the train of one output mode and one input mode: {@code W = G₁ G₂}, ranks 1, r, 1. A
 * kernel has a third core, {@code [r, kH·kW, r₂] [r₂, I]}, with r₂ too large to bind.
 *
 * @param weight what the parameter is
 * @param rank r
 */
public record LowRankSet(WeightShape weight, int rank) implements ConstraintSet, Serializable {
  /** Checks the rank. */
  public LowRankSet {
    int reachable = Math.min(weight.outputs(), positions(weight) * weight.inputs());
    argument(
        rank >= 1 && rank <= reachable,
        "rank %d for a matrix of %d by %d; it must be from 1 to %d",
        rank,
        weight.outputs(),
        positions(weight) * weight.inputs(),
        reachable);
  }

  @Override
  public void project(INDArray weight, INDArray out) {
    projectToCores(weight, out);
  }

  @Override
  public void project(INDArray weight, Metric metric, INDArray out) {
    projectToCores(weight, metric, out);
  }

  @Override
  public Optional<FactoredWeight> projectToCores(INDArray weight, INDArray out) {
    return train().projectToCores(weight, out);
  }

  @Override
  public Optional<FactoredWeight> projectToCores(INDArray weight, Metric metric, INDArray out) {
    return train().projectToCores(weight, metric, out);
  }

  @Override
  public Optional<LayerForm> layerForm() {
    return train().layerForm();
  }

  @Override
  public ConstraintSet relaxed(double progress) {
    int full = Math.min(weight.outputs(), positions(weight) * weight.inputs());
    return new LowRankSet(weight, Relaxation.between(full, rank, progress));
  }

  /** The same set as a tensor train. */
  public TensorTrainSet train() {
    Tensorization t =
        weight.tensorization(Scheme.SEPARATED, List.of(weight.outputs()), List.of(weight.inputs()));
    int inner = Math.min(rank * t.positions(), weight.inputs());
    return TensorTrainSet.of(t, t.isKernel() ? List.of(1, rank, inner, 1) : List.of(1, rank, 1));
  }

  private static int positions(WeightShape weight) {
    return weight.kernel().stream().reduce(1, (a, b) -> a * b);
  }

  @Override
  public String toString() {
    return "rank " + rank;
  }
}
