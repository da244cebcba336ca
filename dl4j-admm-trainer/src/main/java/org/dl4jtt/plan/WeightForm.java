package org.dl4jtt.plan;

import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;

/**
 * One way to keep a weight.
 *
 * @param form null: dense, as it is
 * @param energy predicted |W − P(W)|² / |W|²
 * @param cost in the unit of the budget
 */
record WeightForm(@Nullable TensorForm form, double energy, double cost) {
  /** Less than this is as good as nothing. */
  private static final double LEAST_KEPT = 1e-4;

  /**
   * −log of the energy kept: 0 for a weight as it is, without bound for one that is lost. Summed
   * over layers it is −log of the product of what they keep: a signal passes through all of them,
   * so a layer that is lost cannot be made up for by others that are whole. (Summed energies alone
   * would give everything to the smallest layers wherever singular values fall slowly.)
   */
  double loss() {
    return -Math.log(Math.max(LEAST_KEPT, 1 - energy));
  }
}
