package org.dl4jtt.admm;

import static org.dl4jtt.internal.Check.argument;

import java.io.Serializable;

/** See {@link RhoSchedule#geometric}. */
record GeometricRho(double start, double factor, double limit)
    implements RhoSchedule, Serializable {
  GeometricRho {
    argument(
        Double.isFinite(start) && start > 0, "start is %s; it must be positive and finite", start);
    argument(factor >= 1, "factor is %s; it must be 1 or more", factor);
    argument(limit >= start, "limit %s is less than start %s", limit, start);
  }

  @Override
  public double initial(TrainingReach horizon) {
    return start;
  }

  @Override
  public double next(double rho, int update, Residuals residuals, TrainingReach horizon) {
    return Math.min(limit, rho * factor);
  }

  @Override
  public String toString() {
    return "geometric from " + start + " by " + factor + " to " + limit;
  }
}
