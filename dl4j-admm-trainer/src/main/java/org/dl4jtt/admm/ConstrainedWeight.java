package org.dl4jtt.admm;

import static org.dl4jtt.internal.Check.argument;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.dl4jtt.constraint.ConstraintSet;
import org.dl4jtt.internal.Check;
import org.dl4jtt.internal.Detached;
import org.dl4jtt.internal.Norms;
import org.dl4jtt.plan.NetworkLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.Axpy;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;

/** One constrained weight in its network: where it is found, and what its layer's training does. */
final class ConstrainedWeight {
  /** They divide a gradient by its own size, so that a step is about a learning rate at most. */
  private static final Set<Class<? extends IUpdater>> BOUNDED_STEPS =
      Set.of(Adam.class, AdaMax.class, AMSGrad.class, Nadam.class, RmsProp.class, AdaGrad.class);

  private final Constrained constrained;

  /** The name of the weight, and of its gradient, in the whole network's tables. */
  private final String key;

  private final IUpdater updater;
  private final @Nullable L2Regularization decay;
  private @Nullable AdmmState state;

  /** Σ ρ lr / (1 − momentum) so far. */
  private double pull;

  ConstrainedWeight(Constrained constrained, NetworkLayer layer, WeightDecay weightDecay) {
    this.constrained = constrained;
    this.key = layer.prefix() + "_" + constrained.parameter();
    TrainingConfig config = layer.layer().getConfig();
    this.updater = config.getUpdaterByParam(constrained.parameter());
    this.decay = weightDecay == WeightDecay.KEEP ? null : decay(constrained, config);
  }

  /** Z = Π(W), U = 0. */
  void start(Model model, ConstraintSet set, double rho) {
    INDArray w = weight(model);
    Check.state(
        Norms.isFinite(w),
        "%s holds NaN or infinity before any training under the constraint; load a sound network",
        constrained.label());
    state = AdmmState.start(w, set, rho);
  }

  private static @Nullable L2Regularization decay(Constrained constrained, TrainingConfig config) {
    List<Regularization> all = config.getRegularizationByParam(constrained.parameter());
    if (all == null || all.isEmpty()) {
      return null;
    }
    argument(
        all.size() == 1 && all.get(0) instanceof L2Regularization,
        "%s: weight decay can be moved or dropped for l2(..) alone, the layer has %s;"
            + " use l2(..) or WeightDecay.KEEP",
        constrained.label(),
        all.stream().map(r -> r.getClass().getSimpleName()).toList());
    GradientNormalization normalization = config.getGradientNormalization();
    argument(
        normalization == null || normalization == GradientNormalization.None,
        "%s: weight decay cannot be moved or dropped exactly under gradient normalization %s;"
            + " remove that or use WeightDecay.KEEP",
        constrained.label(),
        normalization);
    return (L2Regularization) all.get(0);
  }

  Constrained constrained() {
    return constrained;
  }

  AdmmState state() {
    return Objects.requireNonNull(state, "not started");
  }

  void restore(AdmmState saved, double savedPull) {
    state = saved;
    pull = savedPull;
  }

  INDArray weight(Model model) {
    return model.getParam(key);
  }

  /** What the weight's updater can do in the iterations ahead. */
  TrainingReach horizon(int iteration, int epoch, int epochs, int iterationsPerEpoch, int updates) {
    double reach = 0;
    double largest = 0;
    for (int e = 0; e < epochs; e++) {
      for (int i = 0; i < iterationsPerEpoch; i++) {
        int next = iteration + e * iterationsPerEpoch + i;
        reach += reach(next, epoch + e);
        largest = Math.max(largest, rate(next, epoch + e));
      }
    }
    boolean gradientDescent = updater instanceof Sgd || updater instanceof Nesterovs;
    return new TrainingReach(reach, gradientDescent, updates, largest);
  }

  /** lr / (1 − momentum) of one iteration; 0 for updaters that have no learning rate. */
  private double reach(int iteration, int epoch) {
    double momentum =
        updater instanceof Nesterovs nesterovs ? nesterovs.currentMomentum(iteration, epoch) : 0;
    return rate(iteration, epoch) / (1 - momentum);
  }

  private double rate(int iteration, int epoch) {
    return updater.hasLearningRate() ? updater.getLearningRate(iteration, epoch) : 0;
  }

  /** Whether a step is about a learning rate long at most, however large ρ is. */
  boolean stepsAreBounded() {
    return BOUNDED_STEPS.contains(updater.getClass());
  }

  /** Root mean square of W − Π(W), by the set that W is to end in: what it has to travel. */
  double distance(Model model) {
    INDArray w = weight(model);
    return Detached.compute(
        () -> {
          INDArray nearest = AdmmState.like(w);
          constrained.set().project(w, nearest);
          return Norms.distance2(w, nearest) / Math.sqrt((double) w.length());
        });
  }

  double pull() {
    return pull;
  }

  void addPull(int iteration, int epoch) {
    pull += state().rho() * reach(iteration, epoch);
  }

  /** The set after so many updates; larger than the target while ranks are annealed. */
  ConstraintSet set(AdmmSettings settings, int update) {
    return update >= settings.annealing()
        ? constrained.set()
        : constrained.set().relaxed((double) update / settings.annealing());
  }

  /** Adds the penalty's gradient, and takes the weight decay out if it is not to act on W. */
  void addPenaltyGradient(Model model, double scale, int iteration, int epoch) {
    INDArray gradient = model.gradient().getGradientFor(key);
    if (gradient == null) {
      return; // a layer that takes no part in this step
    }
    INDArray w = weight(model);
    state().addPenaltyGradient(w, gradient, scale);
    double lambda = lambda(iteration, epoch);
    if (lambda != 0) {
      INDArray g = gradient.rank() == w.rank() ? gradient : gradient.reshape('c', w.shape());
      Nd4j.exec(new Axpy(w, g, g, -scale * lambda));
    }
  }

  AdmmUpdate update(Model model, AdmmSettings settings, int update, int iteration, int epoch) {
    double lambda =
        settings.weightDecay() == WeightDecay.MOVE_TO_TARGET ? lambda(iteration, epoch) : 0;
    double rho = state().rho();
    return state().update(weight(model), set(settings, update), rho / (rho + lambda));
  }

  private double lambda(int iteration, int epoch) {
    return decay == null ? 0 : decay.getL2().valueAt(iteration, epoch);
  }
}
