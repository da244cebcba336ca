package org.dl4jtt.spark;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.spark.api.java.JavaRDD;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.Experimental;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.compress.Compression;
import org.dl4jtt.compress.CompressionListener;
import org.dl4jtt.compress.CompressionReport;
import org.dl4jtt.compress.Stage;
import org.dl4jtt.compress.StageResult;
import org.dl4jtt.plan.CompressionPlan;
import org.nd4j.linalg.dataset.DataSet;

/**
 * The whole compression of a trained network on Apache Spark: {@link
 * org.dl4jtt.compress.Compressor} on many machines. ADMM epochs by {@link SparkAdmm}, decomposition
 * on the driver, fine-tuning by parameter averaging; every stage is evaluated on the driver.
 *
 * <pre>{@code
 * Compression<MultiLayerNetwork> c =
 *     SparkCompressor.of(SparkJob.of(sc, "hdfs:///jobs/resnet").withWorkers(16), net, plan)
 *         .admmEpochs(20)
 *         .fineTuningEpochs(10)
 *         .run(shard, Scores.accuracy(test));      // resume(..) after a lost driver
 * ModelSerializer.writeModel(c.network(), "small.zip", false);
 * }</pre>
 *
 * @param <M> MultiLayerNetwork or ComputationGraph
 */
@Experimental
public final class SparkCompressor<M extends Model> {
  private final SparkJob job;
  private final M network;
  private final CompressionPlan plan;
  private final List<CompressionListener> listeners = new ArrayList<>();
  private AdmmSettings settings = AdmmSettings.defaults();
  private int fineTuningEpochs = 10;

  private SparkCompressor(SparkJob job, M network, CompressionPlan plan) {
    plan.checkFits(network);
    this.job = job;
    this.network = network;
    this.plan = plan;
  }

  /**
   * Compresses a network by this plan.
   *
   * @param network only read
   */
  public static <M extends Model> SparkCompressor<M> of(
      SparkJob job, M network, CompressionPlan plan) {
    return new SparkCompressor<>(job, network, plan);
  }

  /**
   * Sets penalty, annealing and the like, and the number of constrained epochs: of this and {@link
   * #admmEpochs} the later call decides.
   */
  public SparkCompressor<M> settings(AdmmSettings newSettings) {
    settings = newSettings;
    return this;
  }

  /** At most so many epochs under the constraint: fewer if the residuals fall under tolerance. */
  public SparkCompressor<M> admmEpochs(int epochs) {
    argument(epochs >= 1, "admmEpochs is %d; it must be 1 or more", epochs);
    settings = settings.withEpochs(epochs);
    return this;
  }

  /** So many epochs of the tensor network. */
  public SparkCompressor<M> fineTuningEpochs(int epochs) {
    argument(epochs >= 0, "fineTuningEpochs is %d; it must be 0 or more", epochs);
    fineTuningEpochs = epochs;
    return this;
  }

  /** Is told of the stages; of epochs the job's own listener is told. */
  public SparkCompressor<M> listener(CompressionListener added) {
    listeners.add(added);
    return this;
  }

  /**
   * Runs all stages.
   *
   * @param evaluation of a network, on the driver: an accuracy, a loss, whatever is to be in the
   *     report
   * @throws IllegalStateException as {@link SparkAdmm#fit(Shard, int)}
   * @throws IOException if the folder cannot be read or written
   */
  public Compression<M> run(Shard train, ToDoubleFunction<? super M> evaluation)
      throws IOException {
    return run(Source.of(train), evaluation, false);
  }

  /** The same from mini-batches that Spark holds. */
  public Compression<M> run(JavaRDD<DataSet> train, ToDoubleFunction<? super M> evaluation)
      throws IOException {
    return run(Source.of(train, job.workers()), evaluation, false);
  }

  /**
   * Goes on after the last epoch in the job's folder, from the start if there is none. Everything
   * else is to be as it was; stages that are done are evaluated again.
   */
  public Compression<M> resume(Shard train, ToDoubleFunction<? super M> evaluation)
      throws IOException {
    return run(Source.of(train), evaluation, true);
  }

  /** The same from mini-batches that Spark holds. */
  public Compression<M> resume(JavaRDD<DataSet> train, ToDoubleFunction<? super M> evaluation)
      throws IOException {
    return run(Source.of(train, job.workers()), evaluation, true);
  }

  private Compression<M> run(Source source, ToDoubleFunction<? super M> evaluation, boolean resume)
      throws IOException {
    Stages stages = new Stages();
    SparkAdmm<M> admm = SparkAdmm.of(job.inFolder("admm"), network, plan, settings);
    M dense = admm.network();
    stages.begin(Stage.DENSE, 0);
    stages.end(Stage.DENSE, dense.numParams(), evaluation.applyAsDouble(dense));

    stages.begin(Stage.PROJECTED, settings.epochs());
    admm.run(source, settings.epochs(), resume, true);
    double projected = admm.projected(() -> evaluation.applyAsDouble(dense));
    stages.end(Stage.PROJECTED, dense.numParams(), projected);

    stages.begin(Stage.DECOMPOSED, 0);
    SparkAdmm<M> tuning = SparkAdmm.averaging(job.inFolder("fine-tuning"), admm.decompose());
    M small = tuning.network();
    stages.end(Stage.DECOMPOSED, small.numParams(), evaluation.applyAsDouble(small));

    stages.begin(Stage.FINE_TUNED, fineTuningEpochs);
    if (fineTuningEpochs > 0) {
      tuning.run(source, fineTuningEpochs, resume, false);
    }
    stages.end(Stage.FINE_TUNED, small.numParams(), evaluation.applyAsDouble(small));
    return new Compression<>(
        small, new CompressionReport(admm.plan(), stages.results, admm.history().entries(), null));
  }

  private final class Stages {
    private final List<StageResult> results = new ArrayList<>();
    private long started;

    void begin(Stage stage, int epochs) {
      started = System.nanoTime();
      listeners.forEach(listener -> listener.stageStarted(stage, 0, epochs));
    }

    void end(Stage stage, long weights, double score) {
      double seconds = (System.nanoTime() - started) / 1e9;
      StageResult result = new StageResult(stage, weights, score, seconds);
      results.add(result);
      listeners.forEach(listener -> listener.stageEnded(result));
    }
  }
}
