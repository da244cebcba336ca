package org.dl4jtt.admm;

import org.dl4jtt.internal.Norms;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Residuals of the split W = Z with the scaled dual U (Boyd et al. 2011, §3.3).
 *
 * @param primal {@code ‖W − Z‖}: how far W is from the set
 * @param dual {@code ‖ρ (Z − Z_previous)‖}: how much Z still moves
 */
public record Residuals(double primal, double dual) {

  static Residuals of(INDArray w, INDArray z, INDArray zPrevious, double rho) {
    return new Residuals(Norms.distance2(w, z), rho * Norms.distance2(z, zPrevious));
  }

  /** Residuals of several weights as one vector. */
  Residuals and(Residuals other) {
    return new Residuals(Math.hypot(primal, other.primal), Math.hypot(dual, other.dual));
  }
}
