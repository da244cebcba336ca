package org.dl4jtt.admm;

import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import java.util.Optional;
import org.dl4jtt.constraint.ConstraintSet;
import org.dl4jtt.constraint.WarmStartedSet;
import org.dl4jtt.internal.Detached;
import org.dl4jtt.internal.Norms;
import org.dl4jtt.tensor.FactoredWeight;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.Axpy;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Z, U and ρ of one weight W, and their updates (Boyd et al. 2011, §3.1.1, scaled form; Yin et al.
 * 2021, Algorithm 1). It knows arrays, not networks.
 *
 * <pre>
 *   L = loss(W) + ρ/2 ‖W − Z + U‖²         the penalty's gradient is ρ (W − Z + U)
 *   start    Z = Π(W),      U = 0
 *   update   Z ← Π(W + U),  U ← U + W − Z
 * </pre>
 *
 * <p>W stays with its owner and is passed in: clones of a network, trained side by side, share one
 * state, which only {@link #update} and {@link #setRho} change.
 */
public final class AdmmState {
  private final INDArray z;
  private final INDArray u;

  /** Z − U, kept so that the penalty takes two passes and no memory. */
  private final INDArray target;

  private Optional<FactoredWeight> cores = Optional.empty();

  /** Where the next projection of a {@link WarmStartedSet} starts. */
  private @Nullable INDArray projectionStart;

  private double rho;

  private AdmmState(INDArray z, INDArray u, double rho) {
    this.z = z;
    this.u = u;
    this.target = z.sub(u);
    setRho(rho);
  }

  /** Z = Π(W), U = 0. */
  public static AdmmState start(INDArray w, ConstraintSet set, double rho) {
    return Detached.compute(
        () -> {
          AdmmState state = new AdmmState(like(w), like(w), rho);
          state.z.assign(state.projected(w, set));
          state.retarget();
          return state;
        });
  }

  /** A state that was saved, or came from another machine. Keeps the arrays. */
  public static AdmmState of(INDArray z, INDArray u, double rho) {
    return of(z, u, rho, null);
  }

  /**
   * A saved state with what the last projection of a {@link WarmStartedSet} returned.
   *
   * @param projectionStart see {@link #projectionStart()}; null without one
   */
  static AdmmState of(INDArray z, INDArray u, double rho, @Nullable INDArray projectionStart) {
    AdmmState state = Detached.compute(() -> new AdmmState(z, u, rho));
    state.projectionStart = projectionStart;
    return state;
  }

  static INDArray like(INDArray w) {
    return Nd4j.create(w.dataType(), w.shape(), w.ordering());
  }

  /**
   * Adds {@code scale · ρ (W − Z + U)} to a gradient, in place: two axpy operations, nothing
   * allocated.
   *
   * @param w the weight, of this state's shape
   * @param gradient as many entries as the weight; another shape (a one-dimensional convolution's
   *     lacks the last axis of its weight) is read in 'c' order
   * @param scale the batch size if the gradient will be divided by it, otherwise 1
   */
  public void addPenaltyGradient(INDArray w, INDArray gradient, double scale) {
    INDArray g =
        Arrays.equals(gradient.shape(), w.shape()) ? gradient : gradient.reshape('c', w.shape());
    Nd4j.exec(new Axpy(w, g, g, scale * rho));
    Nd4j.exec(new Axpy(target, g, g, -scale * rho));
  }

  /** {@code ρ/2 ‖W − Z + U‖²}. */
  public double penalty(INDArray w) {
    double distance = Norms.distance2(w, target);
    return 0.5 * rho * distance * distance;
  }

  /**
   * Z ← Π(s (W + U)), U ← U + W − Z. Nothing is changed if the projection fails.
   *
   * @param w the weight
   * @param set the set to project onto
   * @param shrink s: 1, or less when weight decay acts on Z
   */
  public AdmmUpdate update(INDArray w, ConstraintSet set, double shrink) {
    argument(shrink > 0 && shrink <= 1, "shrink is %s; it must be in (0, 1]", shrink);
    return Detached.compute(() -> step(w, set, shrink));
  }

  private AdmmUpdate step(INDArray w, ConstraintSet set, double shrink) {
    INDArray shifted = w.add(u);
    if (shrink != 1) {
      shifted.muli(shrink);
    }
    INDArray next = projected(shifted, set);

    Residuals residuals = Residuals.of(w, next, z, rho);
    double relativeDistance = ratio(residuals.primal(), norm(w));
    double relativeChange = ratio(Norms.distance2(next, z), norm(next));
    double cut = ratio(Norms.distance2(shifted, next), norm(shifted));

    follow(w, next);
    return new AdmmUpdate(residuals, relativeDistance, relativeChange, 1 - cut * cut);
  }

  /** Π(v); keeps the cores, and the start of the next projection, if there are any. */
  private INDArray projected(INDArray v, ConstraintSet set) {
    INDArray next = like(v);
    if (set instanceof WarmStartedSet warm) {
      projectionStart = warm.projectFrom(projectionStart, v, next);
      cores = Optional.empty();
    } else {
      cores = set.projectToCores(v, next);
    }
    return next;
  }

  /** The second half of {@link #update}, with a Z that was projected elsewhere: U ← U + W − Z. */
  public void follow(INDArray w, INDArray projected) {
    z.assign(projected);
    u.addi(w).subi(z);
    retarget();
  }

  private static double norm(INDArray array) {
    return Norms.norm2(array);
  }

  private static double ratio(double part, double whole) {
    return part == 0 ? 0 : part / whole;
  }

  /** ρ. */
  public double rho() {
    return rho;
  }

  /** Changes ρ; U = y/ρ is rescaled, so that the multiplier y stays (Boyd et al. 2011, §3.4.1). */
  public void setRho(double newRho) {
    argument(
        Double.isFinite(newRho) && newRho > 0, "rho is %s; it must be positive and finite", newRho);
    if (rho > 0 && newRho != rho) {
      u.muli(rho / newRho);
      retarget();
    }
    rho = newRho;
  }

  private void retarget() {
    z.subi(u, target);
  }

  /** Z; not to be changed. */
  public INDArray z() {
    return z;
  }

  /** The cores that multiply out to Z; empty if its set has none, and in a restored state. */
  public Optional<FactoredWeight> cores() {
    return cores;
  }

  /** What the last projection of a {@link WarmStartedSet} returned; empty with other sets. */
  public Optional<INDArray> projectionStart() {
    return Optional.ofNullable(projectionStart);
  }

  /** U; not to be changed. */
  public INDArray u() {
    return u;
  }
}
