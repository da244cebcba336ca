package org.dl4jtt.spark;

import static org.dl4jtt.internal.Check.argument;
import static org.dl4jtt.internal.Check.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.solvers.BaseOptimizer;
import org.dl4jtt.admm.AdmmHistory;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.admm.AdmmState;
import org.dl4jtt.admm.Constrained;
import org.dl4jtt.admm.WorkerSpread;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The driver's part of an epoch, without Spark: a network that holds the workers' mean, and Z and U
 * of its weights in an {@link AdmmListener}, to whom the workers together look like one network.
 *
 * <pre>
 *   from the workers   V = Σ p_i (W_i + U_i)
 *   the mean           W̄ = V − Ū              Ū = Σ p_i U_i, which the updates of Z and U keep
 *   update             Z ← Π(V),  Ū ← V − Z    as on one machine, with W̄ and Ū for W and U
 * </pre>
 */
final class Driver {
  private final Model network;
  private final @Nullable AdmmListener admm;
  private final boolean factors;
  private int epoch;

  /**
   * Starts from a network, which is changed from now on.
   *
   * @param admm null for parameter averaging alone
   * @param factors whether Z travels as cores where that is smaller
   */
  Driver(Model network, @Nullable AdmmListener admm, boolean factors) {
    this.network = network;
    this.admm = admm;
    this.factors = factors;
  }

  Model network() {
    return network;
  }

  /** How many epochs are done. */
  int epoch() {
    return epoch;
  }

  boolean converged() {
    return admm != null && admm.converged();
  }

  /** The largest ‖W − Z‖/‖W‖ of the last update; NaN before the first. */
  double relativeDistance() {
    return admm == null
        ? Double.NaN
        : admm.history().last().stream()
            .mapToDouble(entry -> entry.found().relativeDistance())
            .max()
            .orElse(Double.NaN);
  }

  /** What the workers need to know before the next epoch. */
  Consensus consensus() {
    List<AdmmHistory.Entry> last = admm == null ? List.of() : admm.history().last();
    List<BroadcastZ> targets = new ArrayList<>();
    states().forEach((c, s) -> targets.add(target(c, s, last)));
    return new Consensus(
        epoch,
        BaseOptimizer.getEpochCount(network),
        last.isEmpty() ? 0 : last.get(0).update(),
        targets.toArray(BroadcastZ[]::new),
        layout().rest(SerializableArray.of(network.params())));
  }

  private BroadcastZ target(Constrained c, AdmmState state, List<AdmmHistory.Entry> last) {
    double rhoAtUpdate =
        last.stream()
            .filter(e -> e.layer().equals(c.layer()) && e.parameter().equals(c.parameter()))
            .findFirst()
            .map(AdmmHistory.Entry::rho)
            .orElse(state.rho());
    return BroadcastZ.of(c.layer(), c.parameter(), state, rhoAtUpdate, factors);
  }

  /** Where the constrained weights are. */
  Layout layout() {
    return Layout.of(network, states().keySet().stream().map(this::weight).toList());
  }

  private Map<Constrained, AdmmState> states() {
    return admm == null ? Map.of() : admm.states(network);
  }

  private INDArray weight(Constrained c) {
    return Layout.weight(network, c.layer(), c.parameter());
  }

  /**
   * Each worker's share p_i of the examples.
   *
   * @throws IllegalStateException if there were none, or a worker diverged
   */
  static double[] shares(List<WorkerReport> reports) {
    long all = reports.stream().mapToLong(report -> report.examples).sum();
    state(all > 0, "none of the %d workers had any data in this epoch", reports.size());
    double[] shares = new double[reports.size()];
    for (WorkerReport report : reports) {
      shares[report.worker] = (double) report.examples / all;
      state(
          report.examples == 0 || Double.isFinite(report.score),
          "the loss of worker %d became %s; try a smaller learning rate, from the last saved epoch",
          report.worker + 1,
          report.score);
    }
    return shares;
  }

  /**
   * Ends an epoch: the mean is taken over, then Z, U and ρ are updated.
   *
   * @param reports one of each worker
   * @param shares p_i
   * @param mean V where there is U, W̄ elsewhere
   */
  void endEpoch(List<WorkerReport> reports, double[] shares, SerializableArray mean) {
    argument(reports.size() == shares.length, "%d reports", reports.size());
    mean.copyTo(network.params());
    states().forEach((c, s) -> weight(c).subi(s.u()));
    Blueprint.setScore(network, mean(reports, shares, report -> report.score));

    List<WorkerSpread> spreads = spreads(reports, shares);
    int networkEpoch = BaseOptimizer.getEpochCount(network);
    int iteration = BaseOptimizer.getIterationCount(network);
    int done = reports.stream().mapToInt(report -> report.iteration).max().orElse(iteration);
    Blueprint.setCounts(network, done, networkEpoch);
    if (admm != null) {
      for (int i = iteration; i < done; i++) {
        admm.iterationDone(network, i, networkEpoch);
      }
      admm.endEpoch(network, spreads);
    }
    Blueprint.setCounts(network, done, networkEpoch + 1);
    epoch++;
  }

  private List<WorkerSpread> spreads(List<WorkerReport> reports, double[] shares) {
    List<WorkerSpread> spreads = new ArrayList<>();
    states()
        .forEach(
            (c, s) -> {
              int k = spreads.size();
              double distances = mean(reports, shares, report -> report.distances[k]);
              double spread =
                  distances - SquaredNorms.distance(weight(c), s.z()); // around any point
              spreads.add(
                  new WorkerSpread(
                      c.layer(),
                      c.parameter(),
                      Math.sqrt(Math.max(0, spread)),
                      Math.sqrt(mean(reports, shares, report -> report.norms[k])),
                      mean(reports, shares, report -> report.pulls[k])));
            });
    return spreads;
  }

  /** Over the workers that have a share. */
  private static double mean(
      List<WorkerReport> reports, double[] shares, ToDoubleFunction<WorkerReport> f) {
    return reports.stream()
        .filter(report -> shares[report.worker] > 0)
        .mapToDouble(report -> shares[report.worker] * f.applyAsDouble(report))
        .sum();
  }

  /** Goes on from what was saved; the listener is restored by its own means. */
  void restore(
      int savedEpoch, SerializableArray parameters, int iteration, int networkEpoch, double score) {
    argument(
        parameters.length() == network.params().length(),
        "the saved network has %d parameters, this one %d",
        parameters.length(),
        network.params().length());
    parameters.copyTo(network.params());
    Blueprint.setCounts(network, iteration, networkEpoch);
    Blueprint.setScore(network, score);
    epoch = savedEpoch;
  }
}
