package org.dl4jtt.admm;

/**
 * What one update of Z and U found.
 *
 * @param residuals primal and dual
 * @param relativeDistance {@code ‖W − Z‖ / ‖W‖}
 * @param relativeChange {@code ‖Z − Z_previous‖ / ‖Z‖}
 * @param energyKept {@code 1 − ‖V − Π(V)‖² / ‖V‖²} of the projected V = W + U
 */
public record AdmmUpdate(
    Residuals residuals, double relativeDistance, double relativeChange, double energyKept) {}
