package org.dl4jtt.admm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.surgery.BoundListener;
import org.dl4jtt.surgery.ModelSurgery;
import org.jspecify.annotations.Nullable;

/**
 * Trains a network under a constraint on its weights, by ADMM (Yin et al. 2021): an ordinary {@code
 * fit()} with one more listener.
 *
 * <pre>{@code
 * AdmmListener admm = new AdmmListener(plan, AdmmSettings.defaults().withEpochs(60));
 * net.addListeners(admm);                           // setListeners would replace it
 * net.fit(train, 60);
 * MultiLayerNetwork small = admm.decompose(net);
 * }</pre>
 *
 * <pre>
 *   each iteration   gradient += ρ (W − Z + U)
 *   each epoch       Z ← Π(W + U),  U ← U + W − Z
 * </pre>
 *
 * <p>Deeplearning4j 1.0.0-M2.1 hands over the gradient summed over the mini-batch and divides it
 * afterwards, so the penalty is multiplied by the batch size first; clipping and normalization of
 * gradients act on the sum of both. DL4J's score leaves the penalty out: see {@link #penalty}.
 *
 * <p>{@code fit(DataSet)} and ParallelWrapper fire no epoch events: call {@link #endEpoch} with the
 * network after each pass over the data. Frozen layers are skipped.
 */
public final class AdmmListener extends BaseTrainingListener implements BoundListener {
  private final ConstrainedPlan goal;
  private final AdmmSettings settings;
  private final AdmmHistory history = new AdmmHistory();
  private @Nullable ToDoubleFunction<Model> evaluation;

  private volatile @Nullable AdmmTraining training;

  /** With default settings. */
  public AdmmListener(CompressionPlan plan) {
    this(plan, AdmmSettings.defaults());
  }

  /** Constrains the weights of a plan. */
  public AdmmListener(CompressionPlan plan, AdmmSettings settings) {
    this(ConstrainedPlan.of(plan), settings);
  }

  private AdmmListener(ConstrainedPlan goal, AdmmSettings settings) {
    goal.check(settings);
    this.goal = goal;
    this.settings = settings;
  }

  /** Constrains weights to sets of one's own; see {@link org.dl4jtt.constraint.ConstraintSet}. */
  public static AdmmListener of(List<Constrained> constrained, AdmmSettings settings) {
    return new AdmmListener(new ConstrainedPlan(constrained, null), settings);
  }

  /**
   * Evaluates the projected network (Z in place of W) after every update, for the history.
   *
   * @param newEvaluation for example {@code net -> ((MultiLayerNetwork)
   *     net).evaluate(test).accuracy()}
   */
  public AdmmListener evaluateWith(ToDoubleFunction<Model> newEvaluation) {
    evaluation = newEvaluation;
    return this;
  }

  // ---- when ----

  @Override
  public void onEpochStart(Model model) {
    start(model);
  }

  @Override
  public void onGradientCalculation(Model model) {
    if (model instanceof NeuralNetwork) { // not a layer that is pretrained on its own
      start(model).addPenalty(model);
    }
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    if (model instanceof NeuralNetwork) {
      start(model).iterationDone(model, iteration, epoch, evaluation);
    }
  }

  @Override
  public void onEpochEnd(Model model) {
    start(model).epochDone(model, evaluation, List.of(), true);
  }

  /**
   * The end of a pass over the data, for ways of training that fire no epoch events.
   *
   * @param model the network itself, no worker's clone
   * @throws IllegalStateException if no mini-batch was trained since the last pass
   */
  public void endEpoch(Model model) {
    endEpoch(model, List.of());
  }

  /**
   * The end of a pass over the data by several workers (consensus ADMM).
   *
   * @param mean the network with the weights' mean over the workers; call {@link #iterationDone}
   *     for every iteration of the pass before
   * @param spreads what the workers differ in, for every constrained weight
   */
  public void endEpoch(Model mean, List<WorkerSpread> spreads) {
    start(mean).epochDone(mean, evaluation, spreads, false);
  }

  private AdmmTraining start(Model model) {
    AdmmTraining running = training;
    if (running == null) {
      synchronized (this) {
        running = training;
        if (running == null) {
          running = AdmmTraining.start(goal, settings, model, history);
          training = running;
        }
      }
    }
    return running;
  }

  // ---- what came of it ----

  /** Residuals, ρ and distances of every weight at every update. */
  public AdmmHistory history() {
    return history;
  }

  /**
   * The plan that W is trained towards now: the one given, or with replanning the last one made.
   *
   * @throws IllegalStateException if this listener was made from constraints
   */
  public CompressionPlan plan() {
    AdmmTraining running = training;
    CompressionPlan now = (running == null ? goal : running.goal()).plan();
    if (now == null) {
      throw new IllegalStateException(
          "this listener was made from constraints, not from a plan;"
              + " decompose with ModelSurgery.decompose(network, plan)");
    }
    return now;
  }

  /** True if the last update found every weight within the tolerance of the settings. */
  public boolean converged() {
    List<AdmmHistory.Entry> last = history.last();
    return !last.isEmpty()
        && last.stream()
            .map(AdmmHistory.Entry::found)
            .allMatch(
                f ->
                    f.relativeDistance() <= settings.tolerance()
                        && f.relativeChange() <= settings.tolerance());
  }

  /**
   * {@code Σ ρ/2 ‖W − Z + U‖²} over the constrained weights: to be added to the network's score.
   */
  public double penalty(Model model) {
    return start(model).penalty(model);
  }

  /** Z, U and ρ of each constrained weight that is trained; frozen ones are not among them. */
  public Map<Constrained, AdmmState> states(Model model) {
    return start(model).states();
  }

  /**
   * Runs an action on the projected network: every constrained W is replaced by its Z, and put back
   * afterwards, whatever happens. The accuracy seen here is that of the compressed network.
   */
  public <T> T projected(Model model, Supplier<T> action) {
    return start(model).projected(model, action);
  }

  /**
   * The compressed network; the given one stays as it is.
   *
   * @throws IllegalStateException if the network was trained without this listener in between
   */
  public MultiLayerNetwork decompose(MultiLayerNetwork network) {
    return ModelSurgery.decompose(network, planToDecompose(network));
  }

  /** As {@link #decompose(MultiLayerNetwork)}. */
  public ComputationGraph decompose(ComputationGraph network) {
    return ModelSurgery.decompose(network, planToDecompose(network));
  }

  private CompressionPlan planToDecompose(Model model) {
    start(model).checkTrained(model);
    return plan();
  }

  // ---- saved state ----

  /**
   * Saves Z, U, ρ, counts and history; the network is saved by {@code ModelSerializer}. Written
   * beside and renamed, so that the file is the old one or the new one, never a part.
   *
   * @throws IOException if the file cannot be written; what stood there before is unchanged then
   */
  public void save(Model model, Path file) throws IOException {
    AdmmFile.write(file, start(model), history);
  }

  /**
   * Goes on from a saved state: training continues as if it had never stopped.
   *
   * @param model the network as it was when the state was saved
   * @throws IOException if the file is truncated, altered, or not one of ours
   * @throws IllegalArgumentException if it belongs to another network or plan
   */
  public void restore(Model model, Path file) throws IOException {
    synchronized (this) {
      training = AdmmFile.read(file, goal, model, settings, history);
    }
  }
}
