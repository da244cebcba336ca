package org.dl4jtt.admm;

import static org.dl4jtt.tensor.Check.argument;

/** See {@link RhoSchedule#constant}. */
record ConstantRho(double rho) implements RhoSchedule {
  ConstantRho {
    argument(Double.isFinite(rho) && rho > 0, "rho is %s; it must be positive and finite", rho);
  }

  @Override
  public double initial(Horizon horizon) {
    return rho;
  }

  @Override
  public double next(double current, int update, Residuals residuals, Horizon horizon) {
    return current;
  }

  @Override
  public String toString() {
    return "constant " + rho;
  }
}
