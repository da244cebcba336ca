package org.dl4jtt.compress;

import static org.dl4jtt.tensor.Check.argument;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.compress.CompressionReport.Stage;
import org.dl4jtt.compress.CompressionReport.StageResult;
import org.dl4jtt.plan.CompressionPlan;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * The whole compression of a trained network in one call: ADMM epochs under a plan, decomposition,
 * fine-tuning, and the evaluation of every stage (Yin et al. 2021).
 *
 * <pre>{@code
 * Compression<MultiLayerNetwork> c =
 *     Compressor.of(net, CompressionPlan.of(net).weights(1 / 4.0).build())
 *         .admmEpochs(20)
 *         .fineTuningEpochs(10)
 *         .run(train, n -> n.evaluate(test).accuracy());
 * ModelSerializer.writeModel(c.network(), "small.zip", true);
 * System.out.println(c.report());
 * }</pre>
 *
 * <p>The given network is copied first and stays as it is.
 */
public final class Compressor<M extends Model> {
  private final M network;
  private final CompressionPlan plan;
  private final Engine<M> engine;
  private AdmmSettings settings = AdmmSettings.defaults();
  private int admmEpochs = AdmmSettings.defaults().epochs();
  private int fineTuningEpochs = 10;
  private Consumer<StageResult> progress = result -> {};

  /** What differs between the two kinds of network. */
  private record Engine<M extends Model>(
      UnaryOperator<M> copy, Fit<M> fit, Decompose<M> decompose) {}

  private interface Fit<M> {
    void epoch(M network, DataSetIterator data);
  }

  private interface Decompose<M> {
    M with(AdmmListener admm, M network);
  }

  private Compressor(M network, CompressionPlan plan, Engine<M> engine) {
    plan.checkFits(network);
    this.network = network;
    this.plan = plan;
    this.engine = engine;
  }

  /** Compresses a network by this plan. */
  public static Compressor<MultiLayerNetwork> of(MultiLayerNetwork network, CompressionPlan plan) {
    return new Compressor<>(
        network,
        plan,
        new Engine<>(
            MultiLayerNetwork::clone, MultiLayerNetwork::fit, (admm, net) -> admm.decompose(net)));
  }

  /** Compresses a graph by this plan. */
  public static Compressor<ComputationGraph> of(ComputationGraph network, CompressionPlan plan) {
    return new Compressor<>(
        network,
        plan,
        new Engine<>(
            ComputationGraph::clone, ComputationGraph::fit, (admm, net) -> admm.decompose(net)));
  }

  /** Penalty, annealing and the like; the number of epochs is that of {@link #admmEpochs}. */
  public Compressor<M> settings(AdmmSettings newSettings) {
    settings = newSettings;
    return this;
  }

  /** At most so many epochs under the constraint: fewer if the residuals fall under tolerance. */
  public Compressor<M> admmEpochs(int epochs) {
    argument(epochs >= 1, "admmEpochs is %d; it must be 1 or more", epochs);
    admmEpochs = epochs;
    return this;
  }

  /** So many epochs of the tensor network. */
  public Compressor<M> fineTuningEpochs(int epochs) {
    argument(epochs >= 0, "fineTuningEpochs is %d; it must be 0 or more", epochs);
    fineTuningEpochs = epochs;
    return this;
  }

  /** Is told of every stage as it ends. */
  public Compressor<M> progress(Consumer<StageResult> listener) {
    progress = listener;
    return this;
  }

  /**
   * Runs all stages.
   *
   * @param train reset before every epoch
   * @param evaluation of a network: an accuracy, a loss, whatever is to be in the report
   */
  public Compression<M> run(DataSetIterator train, ToDoubleFunction<? super M> evaluation) {
    Stages stages = new Stages();
    M dense = engine.copy().apply(network);
    stages.done(Stage.DENSE, dense.numParams(), evaluation.applyAsDouble(dense));

    AdmmListener admm = new AdmmListener(plan, settings.withEpochs(admmEpochs));
    dense.addListeners(admm);
    for (int epoch = 0; epoch < admmEpochs && !admm.converged(); epoch++) {
      fit(dense, train);
    }
    double projected = admm.projected(dense, () -> evaluation.applyAsDouble(dense));
    stages.done(Stage.PROJECTED, dense.numParams(), projected);

    M small = engine.decompose().with(admm, dense);
    stages.done(Stage.DECOMPOSED, small.numParams(), evaluation.applyAsDouble(small));

    for (int epoch = 0; epoch < fineTuningEpochs; epoch++) {
      fit(small, train);
    }
    stages.done(Stage.FINE_TUNED, small.numParams(), evaluation.applyAsDouble(small));
    return new Compression<>(
        small, new CompressionReport(plan, stages.results, admm.history().entries()));
  }

  private void fit(M trained, DataSetIterator train) {
    train.reset();
    engine.fit().epoch(trained, train);
  }

  private final class Stages {
    private final List<StageResult> results = new ArrayList<>();
    private long started = System.nanoTime();

    void done(Stage stage, long weights, double score) {
      long now = System.nanoTime();
      StageResult result = new StageResult(stage, weights, score, (now - started) / 1e9);
      started = now;
      results.add(result);
      progress.accept(result);
    }
  }
}
