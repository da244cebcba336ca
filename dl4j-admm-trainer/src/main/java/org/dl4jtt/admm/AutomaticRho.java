package org.dl4jtt.admm;

import java.io.Serializable;

/** See {@link RhoSchedule#automatic()}. */
record AutomaticRho() implements RhoSchedule, Serializable {
  /**
   * The pull s = ρ Σ lr_t / (1 − momentum) of the known runs orders their residuals: 0.23 left 1.5,
   * 2.3 left 0.15, 23 left 0.01; the authors' schedule gives about 27. They held ρ constant.
   */
  static final double PULL = 25;

  /** Below this pull W cannot be expected to reach the set. */
  static final double WEAK_PULL = 10;

  /**
   * With few epochs the first Z is far from W, and a constant ρ that is large enough in the end
   * pulls the network apart in the beginning; twentyfold growth lets Z and W meet first.
   */
  static final double FIRST = 0.3;

  static final double LAST = 6;

  private static final double START = 1e-3;

  /** Where a step's length does not depend on ρ: large enough in the end to outweigh the loss. */
  private static final double END = 1;

  /**
   * Steps of Adam carry a weight no further than Σ lr_t. Where that is short of this, W starts on
   * its way too late if ρ ends at 1, and U runs away in the meantime. Fitted on small networks at
   * rates of 1e-2 to 1e-4.
   */
  private static final double LONG_REACH = 10;

  private static final double LARGEST_END = 1e3;
  private static final double IMBALANCE = 10;
  private static final double STEP = 2;

  @Override
  public double initial(TrainingReach horizon) {
    boolean known = horizon.gradientDescent() && horizon.reach() > 0;
    return known ? rho(FIRST, horizon) : START;
  }

  @Override
  public double next(double rho, int update, Residuals residuals, TrainingReach horizon) {
    if (horizon.gradientDescent()) {
      return Math.min(rho * growth(FIRST, LAST, horizon), rho(LAST, horizon));
    }
    double balance = balance(residuals);
    double end = end(horizon);
    double factor = balance < 1 ? 1 : Math.max(growth(START, end, horizon), balance);
    return Math.max(rho, Math.min(end, rho * factor));
  }

  /** {@link #END}, or more where the reach is short; updaters without a learning rate have none. */
  private static double end(TrainingReach horizon) {
    return horizon.reach() > 0
        ? Math.min(LARGEST_END, Math.max(END, LONG_REACH / horizon.reach()))
        : END;
  }

  /** This share of the constant ρ that has the pull, as far as gradient descent can follow it. */
  private static double rho(double share, TrainingReach horizon) {
    return horizon.reach() > 0
        ? Math.min(share * PULL / horizon.reach(), 1 / horizon.largestRate())
        : END;
  }

  /** The factor of one update that leads from the first to the last value. */
  private static double growth(double first, double last, TrainingReach horizon) {
    return Math.pow(last / first, 1.0 / Math.max(1, horizon.updates() - 1));
  }

  /** 2, 1/2 or 1 (Boyd et al. 2011, equation 3.13). */
  static double balance(Residuals residuals) {
    if (residuals.primal() > IMBALANCE * residuals.dual()) {
      return STEP;
    }
    return residuals.dual() > IMBALANCE * residuals.primal() ? 1 / STEP : 1;
  }

  @Override
  public String toString() {
    return "automatic";
  }
}
