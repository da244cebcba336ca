package org.dl4jtt.spark;

import static org.dl4jtt.internal.Check.argument;
import static org.dl4jtt.internal.Check.present;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.apache.spark.api.java.JavaRDD;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.solvers.BaseOptimizer;
import org.dl4jtt.Experimental;
import org.dl4jtt.admm.AdmmHistory;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.admm.Constrained;
import org.dl4jtt.admm.WeightDecay;
import org.dl4jtt.plan.CompressionPlan;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Trains a network on Apache Spark, under a constraint on its weights, by ADMM in its consensus
 * form (Boyd et al. 2011, §7.1): {@link AdmmListener} on many machines.
 *
 * <pre>{@code
 * SparkAdmm<MultiLayerNetwork> admm =
 *     SparkAdmm.of(
 *         SparkJob.of(sc, "hdfs:///jobs/resnet").withWorkers(16),
 *         net, plan, AdmmSettings.defaults().withEpochs(60));
 * admm.fit(shard, 60);
 * MultiLayerNetwork small = admm.decompose();
 * }</pre>
 *
 * <p>Worker i has the share p_i of the examples and a network of its own. Per epoch:
 *
 * <pre>
 *   min Σ p_i loss_i(W_i) subject to W_i = Z, Z in S
 *   workers   W_i ← argmin loss_i(W_i) + ρ/2 ‖W_i − Z + U_i‖²     an epoch of gradient steps
 *   driver    Z ← Π(Σ p_i (W_i + U_i))
 *   workers   U_i ← U_i + W_i − Z
 * </pre>
 *
 * <p>p_i cancels out of the workers' step: all have the same ρ, and shards of different sizes give
 * the loss over all examples. A worker without data in an epoch has p_i = 0 in it and waits.
 * Penalty, projection, ρ and history are those of one machine; with one worker so are the weights,
 * but for dropout and the like, which are seeded here by worker and epoch. ρ is fitted to the
 * iterations of the busiest worker, of which there are fewer than on one machine.
 *
 * <p><b>All other parameters</b>, biases and the means and variances of batch norm among them, are
 * averaged: every worker starts an epoch from {@code Σ p_i W_i}. That is no ADMM. One worker must
 * train as one machine does, where such parameters have no penalty; and an average of local steps
 * is biased by what the shards differ in, times the learning rate, times the iterations of an
 * epoch. Where shards are alike it does not matter; where they are not, constrain the parameter to
 * {@link org.dl4jtt.constraint.FullSpace}: ADMM with the identity as projection has no such bias.
 * {@link #averaging} averages all parameters: plain data-parallel training, of tensor networks too.
 * Momentum and the like stay with their worker.
 *
 * <p>Every epoch is saved in the folder. A lost executor costs the repetition of its workers'
 * epoch; after a lost driver {@code resume} goes on. Either way the numbers are those of an
 * undisturbed run, to the last digit on machines of one kind.
 *
 * @param <M> MultiLayerNetwork or ComputationGraph
 */
@Experimental
public final class SparkAdmm<M extends Model> {
  private final SparkJob job;
  private final Blueprint blueprint;
  private final M network;
  private final @Nullable AdmmListener admm;
  private final @Nullable SerializableArray updater;
  private final WeightDecay decay;

  private SparkAdmm(SparkJob job, M network, @Nullable AdmmListener admm, AdmmSettings settings) {
    argument(
        !settings.byIterations(),
        "Z and U are to be updated every %d iterations, but workers meet after epochs: use"
            + " withUpdateEveryEpochs, and a Shard that gives a part of the data in each",
        settings.period());
    this.job = job;
    this.blueprint = Blueprint.of(network);
    this.network = copy(network);
    this.admm = admm;
    INDArray memory = Blueprint.updaterState(network, false);
    this.updater = memory == null ? null : SerializableArray.of(memory);
    this.decay = settings.weightDecay();
  }

  /** The same class, configuration, parameters and counts; another object. */
  @SuppressWarnings("unchecked") // a blueprint builds the class that it was made from
  private M copy(M original) {
    return (M)
        blueprint.build(
            original.params().dup(),
            BaseOptimizer.getIterationCount(original),
            BaseOptimizer.getEpochCount(original));
  }

  /**
   * Trains under a plan.
   *
   * @param network copied; stays as it is
   */
  public static <M extends Model> SparkAdmm<M> of(
      SparkJob job, M network, CompressionPlan plan, AdmmSettings settings) {
    plan.checkFits(network);
    return new SparkAdmm<>(job, network, new AdmmListener(plan, settings), settings);
  }

  /** Trains under constraints of one's own. */
  public static <M extends Model> SparkAdmm<M> of(
      SparkJob job, M network, List<Constrained> constrained, AdmmSettings settings) {
    return new SparkAdmm<>(job, network, AdmmListener.of(constrained, settings), settings);
  }

  /** Trains without constraints, by parameter averaging: after every epoch all W_i are the mean. */
  public static <M extends Model> SparkAdmm<M> averaging(SparkJob job, M network) {
    return new SparkAdmm<>(job, network, null, AdmmSettings.defaults());
  }

  /** Evaluates the projected network on the driver after every update, for the history. */
  public SparkAdmm<M> evaluateWith(ToDoubleFunction<Model> evaluation) {
    listener().evaluateWith(evaluation);
    return this;
  }

  // ---- training ----

  /**
   * Trains from the start.
   *
   * @param epochs how many; the ρ of the settings is fitted to theirs
   * @throws IllegalStateException if ND4J does not run on an executor, the folder holds a training
   *     already, no worker has data, or a worker fails or diverges; the message says which
   * @throws IOException if the folder cannot be read or written
   */
  public void fit(Shard data, int epochs) throws IOException {
    run(Source.of(data), epochs, false, false);
  }

  /**
   * The same from mini-batches that Spark holds. Number j goes to worker j mod N, in every epoch;
   * they are partitioned once and kept in memory or on disk.
   *
   * @param batches must come in the same order whenever Spark computes them
   */
  public void fit(JavaRDD<DataSet> batches, int epochs) throws IOException {
    run(Source.of(batches, job.workers()), epochs, false, false);
  }

  /**
   * Goes on after the last epoch in the folder; from the start if there is none. Everything else is
   * to be as it was.
   *
   * @param epochs in all
   * @throws IllegalArgumentException if the folder is of another network, plan or number of workers
   */
  public void resume(Shard data, int epochs) throws IOException {
    run(Source.of(data), epochs, true, false);
  }

  /** The same from mini-batches that Spark holds. */
  public void resume(JavaRDD<DataSet> batches, int epochs) throws IOException {
    run(Source.of(batches, job.workers()), epochs, true, false);
  }

  void run(Source source, int epochs, boolean resume, boolean untilConverged) throws IOException {
    argument(epochs >= 1, "epochs is %d; it must be 1 or more", epochs);
    Driver driver = new Driver(network, admm, job.factors());
    Epochs.start(job, driver, admm, decay, blueprint, updater, resume)
        .run(source, epochs, untilConverged);
  }

  // ---- what came of it ----

  /** The workers' mean, trained on; it has no updater state. */
  public M network() {
    return network;
  }

  /** Residuals, ρ and distances of every weight at every update, over all workers. */
  public AdmmHistory history() {
    return listener().history();
  }

  /** As {@link AdmmListener#plan}. */
  public CompressionPlan plan() {
    return listener().plan();
  }

  /** As {@link AdmmListener#converged}. */
  public boolean converged() {
    return admm != null && admm.converged();
  }

  /** As {@link AdmmListener#projected}, on {@link #network}. */
  public <T> T projected(Supplier<T> action) {
    return listener().projected(network, action);
  }

  /** The compressed network. */
  @SuppressWarnings("unchecked") // decomposition keeps the class
  public M decompose() {
    return (M)
        (network instanceof ComputationGraph graph
            ? listener().decompose(graph)
            : listener().decompose((MultiLayerNetwork) network));
  }

  private AdmmListener listener() {
    return present(admm, "parameters are averaged here without constraints: there is no ADMM");
  }
}
