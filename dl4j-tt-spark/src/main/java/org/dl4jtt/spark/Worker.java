package org.dl4jtt.spark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.solvers.BaseOptimizer;
import org.dl4jtt.admm.AdmmState;
import org.dl4jtt.admm.AdmmWorker;
import org.dl4jtt.admm.WeightDecay;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One worker's epoch: {@code W_i ← argmin loss_i(W_i) + ρ/2 ‖W_i − Z + U_i‖²}, by so many gradient
 * steps as there are mini-batches. A function of its arguments alone, so that a task that is run
 * again gives the same numbers.
 */
final class Worker {
  private final WorkerState state;
  private final Consensus consensus;
  private final Model network;
  private final List<AdmmWorker.Share> shares = new ArrayList<>();

  private Worker(Blueprint blueprint, WorkerState state, Consensus consensus) {
    this.state = state;
    this.consensus = consensus;
    INDArray parameters =
        state.parameters.toArray(blueprint.dataType(), 'c', 1, state.parameters.length());
    network = blueprint.build(parameters, state.iteration, consensus.networkEpoch);
  }

  /**
   * Trains for one epoch.
   *
   * @param state as the last epoch left it
   * @param data of this worker in this epoch; without any the worker only takes note of Z
   * @param seed of ND4J's random generator
   */
  static WorkerState train(
      Blueprint blueprint,
      WorkerState state,
      Consensus consensus,
      DataSetIterator data,
      WeightDecay decay,
      long seed) {
    Worker worker = new Worker(blueprint, state, consensus);
    try {
      return worker.train(data, decay, seed);
    } finally {
      Blueprint.close(worker.network);
    }
  }

  private WorkerState train(DataSetIterator data, WeightDecay decay, long seed) {
    long start = System.nanoTime();
    takeOver();
    ExampleCounter meter = new ExampleCounter();
    if (data.hasNext()) {
      INDArray memory = Blueprint.updaterState(network, true);
      if (state.updater != null && memory != null) {
        state.updater.copyTo(memory);
      }
      Nd4j.getRandom().setSeed(seed);
      network.addListeners(meter);
      if (!shares.isEmpty()) {
        network.addListeners(new AdmmWorker(network, shares, decay));
      }
      Blueprint.fit(network, data);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return next(meter.examples(), seconds);
  }

  /** Takes Z over, moves U_i after it, and takes over the mean of the rest. */
  private void takeOver() {
    List<INDArray> weights = new ArrayList<>();
    for (BroadcastZ target : consensus.targets) {
      INDArray w = Layout.weight(network, target.layer, target.parameter);
      weights.add(w);
      INDArray z = target.z(w);
      SerializableArray dual = state.dual(target.key());
      INDArray u =
          dual == null ? AdmmWorker.like(w) : dual.toArray(w.dataType(), w.ordering(), w.shape());
      boolean updated = consensus.update > state.update;
      AdmmState admm = AdmmState.of(z, u, updated ? target.rhoAtUpdate : target.rho);
      if (updated && state.moved) {
        admm.follow(w, z);
      }
      admm.setRho(target.rho); // U_i, in the scale of the last update, goes over to the new one
      shares.add(new AdmmWorker.Share(target.layer, target.parameter, admm));
    }
    Layout.of(network, weights).writeRest(consensus.rest, network);
  }

  private WorkerState next(long examples, double seconds) {
    int n = shares.size();
    double[] norms = new double[n];
    double[] distances = new double[n];
    double[] pulls = new double[n];
    Map<String, SerializableArray> duals = new LinkedHashMap<>();
    for (int k = 0; k < n; k++) {
      AdmmState admm = shares.get(k).state();
      BroadcastZ target = consensus.targets[k];
      INDArray w = Layout.weight(network, target.layer, target.parameter);
      norms[k] = SquaredNorms.norm(w);
      distances[k] = SquaredNorms.distance(w, admm.z());
      pulls[k] = SquaredNorms.distance(w, admm.z().sub(admm.u()));
      duals.put(target.key(), SerializableArray.of(admm.u()));
    }
    int iteration = BaseOptimizer.getIterationCount(network);
    boolean trained = iteration > state.iteration;
    boolean followed = consensus.update > state.update;
    WorkerReport report =
        new WorkerReport(
            state.worker,
            examples,
            iteration,
            trained ? network.score() : Double.NaN,
            seconds,
            norms,
            distances,
            pulls);
    return new WorkerState(
        state.worker,
        SerializableArray.of(network.params()),
        updater(),
        duals,
        iteration,
        consensus.update,
        trained || (state.moved && !followed),
        report);
  }

  private @Nullable SerializableArray updater() {
    INDArray memory = Blueprint.updaterState(network, false);
    return memory == null ? state.updater : SerializableArray.of(memory);
  }
}
