package org.dl4jtt.constraint;

import java.util.Optional;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.Metric;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A set S of weights, and the projection Π onto it: all that ADMM asks of a constraint (Yin et al.
 * 2021, arXiv:2107.12422, where S holds the tensors of bounded TT-rank).
 *
 * <p>Sets are immutable, and used by one thread at a time for each weight. A set of one's own is
 * one class; this one keeps the k weights of largest magnitude:
 *
 * <pre>{@code
 * record Sparse(int k) implements ConstraintSet {
 *   public void project(INDArray weight, INDArray out) {
 *     double[] magnitudes = Transforms.abs(weight).data().asDouble();
 *     Arrays.sort(magnitudes);
 *     double threshold = magnitudes[magnitudes.length - k];
 *     out.assign(weight.mul(Transforms.abs(weight).gte(threshold).castTo(weight.dataType())));
 *   }
 * }
 * AdmmListener admm = AdmmListener.of(List.of(new Constrained("fc1", "W", new Sparse(5_000))));
 * }</pre>
 */
public interface ConstraintSet {

  /**
   * Writes the nearest member of the set, or one quasi-nearest, into {@code out}.
   *
   * <p>Only a projection makes {@code |W - Z|} shrink as ADMM's theory has it; TT-SVD is within
   * √(d−1) of the nearest (Oseledets 2011, Corollary 2.4), which serves as well in practice. A
   * proximal operator, such as soft thresholding for an L1 penalty, may stand here too: ADMM is the
   * same.
   *
   * @param weight in the parameter's own shape, any memory order; not to be changed
   * @param out of the same shape and data type, any memory order; overwritten; never {@code weight}
   */
  void project(INDArray weight, INDArray out);

  /**
   * Projects as {@link #project} does, and hands back the cores of the member where the set works
   * with cores: {@code out} is what {@link FactoredWeight#toParameter()} makes of them, bit for
   * bit.
   *
   * @return empty unless overridden
   */
  default Optional<FactoredWeight> projectToCores(INDArray weight, INDArray out) {
    project(weight, out);
    return Optional.empty();
  }

  /**
   * Writes the nearest member, or one quasi-nearest, in the norm of a metric: what the data says
   * the weight must keep. A set that knows no metric ignores it.
   *
   * @param metric moments of this weight; with {@link Metric#none()} the same as without
   * @throws IllegalArgumentException if the set heeds the metric, and that is for another weight
   */
  default void project(INDArray weight, Metric metric, INDArray out) {
    project(weight, out);
  }

  /**
   * Projects as {@link #project(INDArray, Metric, INDArray)} does, and hands back the cores, as
   * {@link #projectToCores(INDArray, INDArray)} does.
   *
   * @return empty unless overridden
   */
  default Optional<FactoredWeight> projectToCores(INDArray weight, Metric metric, INDArray out) {
    project(weight, metric, out);
    return Optional.empty();
  }

  /**
   * How a member is stored as a layer of its own; empty (the default) if a projected weight stays
   * in the stock layer, as sparse and binary weights do.
   */
  default Optional<LayerForm> layerForm() {
    return Optional.empty();
  }

  /**
   * A larger set that contains this one, for constraints that tighten step by step.
   *
   * @param progress from 0, a set so large that it binds little or not at all, to 1, this set
   * @return this set unless overridden
   */
  default ConstraintSet relaxed(double progress) {
    return this;
  }

  /**
   * Returns whether the set is convex and {@link #project} exact: {@link IntersectionSet} then
   * finds the nearest common member, not just one.
   *
   * @return false unless overridden
   */
  default boolean convex() {
    return false;
  }
}
