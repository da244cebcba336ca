package org.dl4jtt.surgery;

import java.util.Collection;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.dl4jtt.calibrate.Calibration;
import org.dl4jtt.plan.CompressionPlan;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Whole networks to tensor form and back.
 *
 * <p>The given network is only read. The new one keeps names, vertices, preprocessors, updater
 * configurations, schedules, dropout, listeners (but a {@link BoundListener}) and, except from
 * scratch, iteration and epoch counts. Updater state (momentum and the like) starts fresh: it
 * belongs to parameters that no longer exist. A constraint on a weight that changes its form is
 * dropped with a warning.
 *
 * <p>An output layer NAME becomes a tensor layer NAME-tt and a loss layer NAME; {@code toDense}
 * joins them again. A layer that has no tensor counterpart stays dense, with a warning that names
 * it.
 */
public final class ModelSurgery {
  private ModelSurgery() {}

  /**
   * The network with the planned weights decomposed.
   *
   * @throws IllegalArgumentException if the plan is for another network, or a weight holds NaN
   */
  public static MultiLayerNetwork decompose(MultiLayerNetwork network, CompressionPlan plan) {
    return with(
        network.getListeners(),
        NetworkSurgery.replace(
                network, TensorReplacements.of(network, plan, TensorReplacements::decompose))
            .withParameters());
  }

  /** The same for a graph. */
  public static ComputationGraph decompose(ComputationGraph network, CompressionPlan plan) {
    return with(
        network.getListeners(),
        GraphSurgery.replace(
                network, TensorReplacements.of(network, plan, TensorReplacements::decompose))
            .withParameters());
  }

  /**
   * The network with the planned weights decomposed one after the other, in the order of
   * computation, on what the examples of a calibration become in the layers before: each weight is
   * fitted to the inputs that it now gets and cut in the norm of the data, biases and the
   * statistics of batch norms follow. Far nearer to the given network than without a calibration;
   * takes seconds to a minute.
   *
   * @param calibration of this network
   * @throws IllegalArgumentException if the plan or the calibration is for another network, or a
   *     weight holds NaN
   */
  public static MultiLayerNetwork decompose(
      MultiLayerNetwork network, CompressionPlan plan, Calibration calibration) {
    CalibratedDecomposition decomposition = CalibratedDecomposition.of(network, plan, calibration);
    MultiLayerNetwork corrected = copy(network);
    decomposition.correct(corrected);
    return with(
        network.getListeners(),
        NetworkSurgery.replace(
                corrected, TensorReplacements.of(corrected, plan, decomposition::factors))
            .withParameters());
  }

  /** The same for a graph. */
  public static ComputationGraph decompose(
      ComputationGraph network, CompressionPlan plan, Calibration calibration) {
    CalibratedDecomposition decomposition = CalibratedDecomposition.of(network, plan, calibration);
    ComputationGraph corrected = copy(network);
    decomposition.correct(corrected);
    return with(
        network.getListeners(),
        GraphSurgery.replace(
                corrected, TensorReplacements.of(corrected, plan, decomposition::factors))
            .withParameters());
  }

  /**
   * The structure that {@link #decompose(MultiLayerNetwork, CompressionPlan)} gives, from random
   * cores and newly initialised other weights, at iteration 0.
   */
  public static MultiLayerNetwork scratch(
      MultiLayerNetwork network, CompressionPlan plan, long seed) {
    return with(
        network.getListeners(),
        NetworkSurgery.replace(network, TensorReplacements.of(network, plan, ZeroCores::of))
            .fresh(seed));
  }

  /** The same for a graph. */
  public static ComputationGraph scratch(
      ComputationGraph network, CompressionPlan plan, long seed) {
    return with(
        network.getListeners(),
        GraphSurgery.replace(network, TensorReplacements.of(network, plan, ZeroCores::of))
            .fresh(seed));
  }

  /** The network with every tensor layer made an ordinary one: it needs nothing but DL4J. */
  public static MultiLayerNetwork toDense(MultiLayerNetwork network) {
    return with(network.getListeners(), NetworkSurgery.dense(network).withParameters());
  }

  /** The same for a graph. */
  public static ComputationGraph toDense(ComputationGraph network) {
    return with(network.getListeners(), GraphSurgery.dense(network).withParameters());
  }

  /**
   * Returns a copy that goes on from the same point: weights, updater state, counts; without
   * listeners. It shares nothing with the network, where {@code clone()} shares layer
   * configurations, so that a learning rate set on one is set on both.
   */
  public static MultiLayerNetwork copy(MultiLayerNetwork network) {
    MultiLayerNetwork copy =
        new MultiLayerNetwork(
            MultiLayerConfiguration.fromJson(network.getLayerWiseConfigurations().toJson()));
    copy.init(network.params().dup(), false);
    INDArray state = network.getUpdater().getStateViewArray();
    if (state != null) {
      copy.getUpdater().setStateViewArray(copy, state.dup(), false);
    }
    return copy;
  }

  /**
   * The same for a graph. Its own {@code clone()} shares its listeners with the original, so that
   * what is added to one is added to both, and begins again at iteration and epoch 0.
   */
  public static ComputationGraph copy(ComputationGraph network) {
    return GraphCopy.of(network);
  }

  /** The new network, with the listeners of the old one that are not bound to it. */
  private static <M extends Model> M with(Collection<TrainingListener> all, M network) {
    network.setListeners(
        all.stream().filter(listener -> !(listener instanceof BoundListener)).toList());
    return network;
  }
}
