package org.dl4jtt.admm;

import static org.dl4jtt.internal.Check.argument;

import java.io.Serializable;

/** See {@link RhoSchedule#constant}. */
record ConstantRho(double rho) implements RhoSchedule, Serializable {
  ConstantRho {
    argument(Double.isFinite(rho) && rho > 0, "rho is %s; it must be positive and finite", rho);
  }

  @Override
  public double initial(TrainingReach horizon) {
    return rho;
  }

  @Override
  public double next(double current, int update, Residuals residuals, TrainingReach horizon) {
    return current;
  }

  @Override
  public String toString() {
    return "constant " + rho;
  }
}
