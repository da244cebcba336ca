package org.dl4jtt.constraint;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A set whose projection iterates, and goes faster and farther from where it ended last time. The
 * set itself stays immutable: what it found is handed back as numbers, and whoever projects the
 * same weight again passes them in. ADMM keeps them with Z and U and saves them with its state, so
 * that a resumed run ends in the same bits.
 */
public interface WarmStartedSet extends ConstraintSet {

  /**
   * Projects as {@link #project(INDArray, INDArray)} does, from a start.
   *
   * @param start what the last call for this weight returned; null at first. One that does not fit,
   *     as after a change of ranks, is ignored
   * @param weight as for {@link #project(INDArray, INDArray)}
   * @param out as for {@link #project(INDArray, INDArray)}
   * @return DOUBLE, one axis; never changed afterwards
   */
  INDArray projectFrom(@Nullable INDArray start, INDArray weight, INDArray out);

  @Override
  default void project(INDArray weight, INDArray out) {
    projectFrom(null, weight, out);
  }
}
