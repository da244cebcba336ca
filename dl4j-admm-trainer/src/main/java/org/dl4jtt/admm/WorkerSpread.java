package org.dl4jtt.admm;

/**
 * What the workers of consensus ADMM differ in. Worker i has the share p_i of the examples, Σ p_i =
 * 1, and the residual of the split W_i = Z over all of them is that of their mean and their spread:
 *
 * <pre>
 *   Σ p_i ‖W_i − Z‖² = ‖W̄ − Z‖² + Σ p_i ‖W_i − W̄‖²      W̄ = Σ p_i W_i
 * </pre>
 *
 * @param layer the weight's layer
 * @param parameter the weight's name
 * @param spread {@code (Σ p_i ‖W_i − W̄‖²)^½}
 * @param norm {@code (Σ p_i ‖W_i‖²)^½}
 * @param pull {@code Σ p_i ‖W_i − Z + U_i‖²} before the update: 2/ρ of the penalty
 */
public record WorkerSpread(
    String layer, String parameter, double spread, double norm, double pull) {

  /** The workers' update, from that of their mean. */
  AdmmUpdate among(AdmmUpdate mean) {
    Residuals residuals =
        new Residuals(Math.hypot(mean.residuals().primal(), spread), mean.residuals().dual());
    return new AdmmUpdate(
        residuals,
        residuals.primal() == 0 ? 0 : residuals.primal() / norm,
        mean.relativeChange(),
        mean.energyKept());
  }
}
