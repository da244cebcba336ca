package org.dl4jtt.compress;

import static org.dl4jtt.internal.Check.argument;
import static org.dl4jtt.internal.Check.present;
import static org.dl4jtt.internal.Check.state;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.plan.CompressionPlan;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * The whole compression of a trained network in one call: ADMM epochs under a plan, decomposition,
 * fine-tuning, and the evaluation of every stage (Yin et al. 2021).
 *
 * <pre>{@code
 * Compression<MultiLayerNetwork> c =
 *     Compressor.of(net, CompressionPlan.of(net).weights(1 / 4.0).build())
 *         .admmEpochs(20)
 *         .fineTuningEpochs(10)
 *         .folder(Path.of("run"))                  // may be killed, and resumed
 *         .run(train, Scores.accuracy(test));
 * System.out.println(c.report());                  // run/small.zip and run/dense.zip hold the network
 *
 * Compressor.resume(Path.of("run")).run(train, Scores.accuracy(test));
 * }</pre>
 *
 * <p>The given network is copied first and stays as it is. The networks that are trained have
 * native helpers ({@link org.dl4jtt.accelerate.NativeHelpers}). ND4J's random generator is seeded
 * anew at the start of every epoch.
 *
 * @param <M> MultiLayerNetwork or ComputationGraph
 */
public final class Compressor<M extends Model> {
  private final Class<M> type;
  private final M network;
  private final CompressionPlan plan;
  private final List<TrainingListener> trainingListeners = new ArrayList<>();
  private final List<CompressionListener> listeners = new ArrayList<>();
  private RunOptions options;
  private @Nullable Path folder;
  private @Nullable Path source;
  private boolean resumed;

  private Compressor(Class<M> type, M network, CompressionPlan plan) {
    plan.checkFits(network);
    Networks.checkFinite(network, "before training");
    this.type = type;
    this.network = network;
    this.plan = plan;
    this.options = RunOptions.defaults().withTeacher(TeacherOptions.usual(network));
  }

  /** Compresses a network by this plan. */
  public static Compressor<MultiLayerNetwork> of(MultiLayerNetwork network, CompressionPlan plan) {
    return new Compressor<>(MultiLayerNetwork.class, network, plan);
  }

  /** Compresses a graph by this plan. */
  public static Compressor<ComputationGraph> of(ComputationGraph network, CompressionPlan plan) {
    return new Compressor<>(ComputationGraph.class, network, plan);
  }

  /**
   * Goes on with the run in a folder, whichever kind of network it compresses: set listeners again,
   * then call {@code run} with the same data.
   *
   * @throws IOException if the folder holds no run, or cannot be read
   */
  public static Compressor<Model> resume(Path folder) throws IOException {
    return resume(folder, Model.class);
  }

  /**
   * The same for a run on this kind of network.
   *
   * @throws IllegalArgumentException if the folder compresses the other kind
   */
  public static <M extends Model> Compressor<M> resume(Path folder, Class<M> type)
      throws IOException {
    RunFolder run = new RunFolder(folder);
    run.checkRun();
    Model network = run.source();
    argument(
        type.isInstance(network),
        "%s compresses a %s, not a %s",
        folder,
        network.getClass().getSimpleName(),
        type.getSimpleName());
    Compressor<M> compressor = new Compressor<>(type, type.cast(network), run.plan());
    compressor.options = run.options();
    compressor.folder = folder;
    compressor.resumed = true;
    return compressor;
  }

  /**
   * Sets penalty, annealing and the like, and the number of constrained epochs: of this and {@link
   * #admmEpochs} the later call decides.
   */
  public Compressor<M> settings(AdmmSettings settings) {
    checkNew("settings");
    options = options.withConstrained(true).withAdmm(settings);
    return this;
  }

  /**
   * Sets the largest number of epochs under the constraint, 20 unless set; there are fewer if the
   * residuals fall under the tolerance. With 0 the network is converted as it is.
   */
  public Compressor<M> admmEpochs(int epochs) {
    checkNew("admmEpochs");
    argument(epochs >= 0, "admmEpochs is %d; it must be 0 or more", epochs);
    options =
        epochs == 0
            ? options.withConstrained(false)
            : options.withConstrained(true).withAdmm(options.admm().withEpochs(epochs));
    return this;
  }

  /** So many epochs of the tensor network; 10 if not set. */
  public Compressor<M> fineTuningEpochs(int epochs) {
    checkNew("fineTuningEpochs");
    options = options.withFineTuningEpochs(epochs);
    return this;
  }

  /**
   * Sets the learning rate that fine-tuning starts from; it falls along a cosine to 0. Unless set,
   * every layer starts from its own rate at that point of its schedule. Rates are those that suit
   * the dense network: see {@link CoreSteps}.
   *
   * @param rate as for the dense network
   */
  public Compressor<M> fineTuningRate(double rate) {
    checkNew("fineTuningRate");
    options = options.withRates(new RateOptions(true, rate, options.rates().coreSteps()));
    return this;
  }

  /** Fine-tunes by the network's own schedule of learning rates, for cores as for all else. */
  public Compressor<M> networkRates() {
    checkNew("networkRates");
    options = options.withRates(RateOptions.OF_THE_NETWORK);
    return this;
  }

  /**
   * Sets how many training examples the conversion looks at, 500 unless set: what it keeps of each
   * weight is what these need (see {@link org.dl4jtt.calibrate.Calibration}). They are the first of
   * the first epoch; labels are not needed. With 0 it keeps what is large in the weight.
   */
  public Compressor<M> calibrationExamples(int examples) {
    checkNew("calibrationExamples");
    options = options.withCalibrationExamples(examples);
    return this;
  }

  /**
   * Sets how much is learned from the outputs of the network as it was given. Unless set, that is
   * temperature 4 and weight 0.9 for outputs that are classes or labels, and nothing for others.
   *
   * @param temperature of these outputs: above 1 to learn more from unlikely classes
   * @param weight of these outputs against the labels, from 0 (off) to 1; see {@link Distillation}
   * @throws IllegalArgumentException if one of the network's losses cannot learn from soft labels
   */
  public Compressor<M> distillation(double temperature, double weight) {
    checkNew("distillation");
    if (weight != 0) {
      Distillation.from(network); // refuses what cannot be distilled before anything is trained
    }
    options = options.withTeacher(new TeacherOptions(temperature, weight));
    return this;
  }

  /**
   * Measures the statistics of batch norm anew after decomposition, on one epoch of the training
   * data; for the score of that stage, and where there is little fine-tuning. Not if not set.
   */
  public Compressor<M> reestimateBatchNorm(boolean reestimate) {
    checkNew("reestimateBatchNorm");
    options = options.withReestimateBatchNorm(reestimate);
    return this;
  }

  /** Seeds dropout and the like, together with the number of the epoch; 0 if not set. */
  public Compressor<M> seed(long seed) {
    checkNew("seed");
    options = options.withSeed(seed);
    return this;
  }

  /**
   * Measures what an example takes in the dense and in the small network, beside what the cost
   * models predict, and puts it into the report; always done if the plan's target is in time.
   */
  public Compressor<M> measureTime(boolean measure) {
    checkNew("measureTime");
    options = options.withMeasureTime(measure);
    return this;
  }

  /**
   * Keeps the run in a folder: plan, settings and source model, a checkpoint after every epoch, and
   * the results.
   *
   * @param newFolder new or empty
   */
  public Compressor<M> folder(Path newFolder) {
    checkNew("folder");
    folder = newFolder;
    return this;
  }

  /**
   * The zip that the network was read from: its normalizer and all else that it holds beside the
   * network go into {@code small.zip} and {@code dense.zip} of the folder.
   */
  public Compressor<M> source(Path modelZip) {
    checkNew("source");
    source = modelZip;
    return this;
  }

  /** Are attached to the networks while they train, and are not stored in the folder. */
  public Compressor<M> trainingListeners(TrainingListener... added) {
    trainingListeners.addAll(List.of(added));
    return this;
  }

  /** Is told how the run goes on; not stored in the folder. */
  public Compressor<M> listener(CompressionListener added) {
    listeners.add(added);
    return this;
  }

  /**
   * Runs all stages.
   *
   * @param train reset before every epoch; see {@link EpochData} for data that is shuffled
   * @param evaluation of a network: an accuracy, a loss, whatever is to be in the report; {@link
   *     Scores} has those of Deeplearning4j
   */
  public Compression<M> run(DataSetIterator train, ToDoubleFunction<? super M> evaluation)
      throws IOException {
    return run(EpochData.of(train), evaluation);
  }

  /** The same with several inputs or outputs. */
  public Compression<M> run(MultiDataSetIterator train, ToDoubleFunction<? super M> evaluation)
      throws IOException {
    return run(EpochData.of(train), evaluation);
  }

  /**
   * The same with an iterator for each epoch.
   *
   * @throws IOException if the folder cannot be written, holds another run, or is in use
   * @throws IllegalArgumentException if the network cannot be trained on the first mini-batch
   * @throws IllegalStateException if training diverges, if an epoch has no mini-batch, or if one
   *     holds NaN or infinity; the folder keeps its last checkpoints
   */
  public Compression<M> run(EpochData train, ToDoubleFunction<? super M> evaluation)
      throws IOException {
    EpochData checked = new CheckedEpochs(present(train, "the training data is null"));
    present(evaluation, "the evaluation is null; Scores has those of Deeplearning4j");
    Job<M> job =
        new Job<>(type, network, plan, options, checked, evaluation, trainingListeners, listeners);
    Rehearsal.run(network, checked);
    if (folder == null) {
      return new Pipeline<>(job, null).run();
    }
    RunFolder run = new RunFolder(folder);
    return run.locked(() -> runIn(run, job));
  }

  private Compression<M> runIn(RunFolder run, Job<M> job) throws IOException {
    if (resumed) {
      run.checkRun();
      run.removeLeftovers();
    } else {
      run.create(plan, options, network, source);
    }
    Checkpoints checkpoints = run.checkpoints();
    Pipeline<M> pipeline = new Pipeline<>(job, checkpoints);
    Optional<Checkpoint> last = checkpoints.latest();
    Compression<M> compression = last.isPresent() ? pipeline.resume(last.get()) : pipeline.run();
    run.writeResults(compression);
    return compression;
  }

  private void checkNew(String what) {
    state(
        !resumed,
        "%s cannot be set when a run is resumed: %s holds it; begin a new run in another folder",
        what,
        folder);
  }
}
