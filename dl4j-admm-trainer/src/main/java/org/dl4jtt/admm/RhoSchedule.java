package org.dl4jtt.admm;

/**
 * How the penalty ρ starts and moves. Implementations are stateless, so that a resumed run goes on
 * as one that was never stopped.
 *
 * <p>Too small, and W never reaches the set while U runs away; too large, and W is held where it
 * started. {@link #automatic()} fits learning rate and epochs.
 */
public interface RhoSchedule {

  /** ρ of the first epoch. */
  double initial(TrainingReach horizon);

  /**
   * ρ after an update of Z and U.
   *
   * @param rho until now
   * @param update number of the update, from 1
   * @param residuals that it found
   * @param horizon of the whole training
   */
  double next(double rho, int update, Residuals residuals, TrainingReach horizon);

  /** The same ρ throughout; 1e-3 in the authors' code, for 200 epochs at learning rate 0.1. */
  static RhoSchedule constant(double rho) {
    return new ConstantRho(rho);
  }

  /** ρ grows by a factor after every update, up to a limit. */
  static RhoSchedule geometric(double start, double factor, double limit) {
    return new GeometricRho(start, factor, limit);
  }

  /**
   * ρ is doubled when the primal residual exceeds ten times the dual, and halved in the opposite
   * case (Boyd et al. 2011, §3.4.1: τ = 2, μ = 10).
   */
  static RhoSchedule residualBalancing(double start) {
    return new BalancedRho(start);
  }

  /**
   * The default. For SGD and Nesterovs geometric growth over the planned updates, from 0.3 to 6
   * times the ρ with {@code ρ Σ lr_t / (1 − momentum) = 25}, the pull that leaves a relative
   * residual near 0.01. For Adam and the like, whose steps do not scale with the gradient,
   * geometric growth from 1e-3 to 1, or to {@code 10 / Σ lr_t} where the learning rate is small,
   * held back or sped up by residual balancing.
   */
  static RhoSchedule automatic() {
    return new AutomaticRho();
  }
}
