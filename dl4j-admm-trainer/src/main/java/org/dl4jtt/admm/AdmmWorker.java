package org.dl4jtt.admm;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.solvers.BaseOptimizer;
import org.dl4jtt.constraint.FullSpace;
import org.dl4jtt.surgery.BoundListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The worker's part of {@link AdmmListener} alone: the penalty {@code ρ/2 ‖W_i − Z + U_i‖²} in
 * every iteration. Z, U_i and ρ are given, and stay as they are while the worker trains.
 */
public final class AdmmWorker extends BaseTrainingListener implements BoundListener {

  /**
   * A weight under the penalty.
   *
   * @param layer the layer's (or vertex's) name
   * @param parameter the weight's name in it
   * @param state Z, U_i and ρ, of the weight's shape and order
   */
  public record Share(String layer, String parameter, AdmmState state) {}

  private final AdmmTraining training;

  /**
   * For a network that is to train with these shares.
   *
   * @param shares at least one
   * @param decay what becomes of L2 regularization on these weights
   */
  public AdmmWorker(Model network, List<Share> shares, WeightDecay decay) {
    AdmmSettings settings = AdmmSettings.defaults().withWeightDecay(decay);
    List<Constrained> names = new ArrayList<>();
    for (Share share : shares) {
      names.add(new Constrained(share.layer(), share.parameter(), new FullSpace()));
    }
    List<ConstrainedWeight> weights = ConstrainedWeights.of(names, settings, network);
    for (int k = 0; k < weights.size(); k++) {
      weights.get(k).restore(shares.get(k).state(), 0);
    }
    int iteration = BaseOptimizer.getIterationCount(network);
    int epoch = BaseOptimizer.getEpochCount(network);
    training =
        AdmmTraining.resume(
            settings,
            new AdmmHistory(),
            new ConstrainedPlan(names, null),
            weights,
            new AdmmTraining.Counts(iteration, epoch, 0, 0, 0, 0, iteration, 0));
  }

  @Override
  public void onGradientCalculation(Model model) {
    if (model instanceof NeuralNetwork) { // not a layer that is pretrained on its own
      training.addPenalty(model);
    }
  }

  /** A weight as an ADMM state holds it: a new array of its shape and order. */
  public static INDArray like(INDArray weight) {
    return AdmmState.like(weight);
  }
}
