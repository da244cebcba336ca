package org.dl4jtt.admm;

import static org.dl4jtt.internal.Check.argument;

import java.io.Serializable;

/** See {@link RhoSchedule#residualBalancing}. */
record BalancedRho(double start) implements RhoSchedule, Serializable {
  BalancedRho {
    argument(
        Double.isFinite(start) && start > 0, "start is %s; it must be positive and finite", start);
  }

  @Override
  public double initial(TrainingReach horizon) {
    return start;
  }

  @Override
  public double next(double rho, int update, Residuals residuals, TrainingReach horizon) {
    return rho * AutomaticRho.balance(residuals);
  }

  @Override
  public String toString() {
    return "residual balancing from " + start;
  }
}
