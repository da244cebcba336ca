package org.dl4jtt.compress;

import static org.dl4jtt.internal.Check.argument;
import static org.dl4jtt.internal.Check.present;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.dl4jtt.plan.CompressionPlan;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * Trains a network with most of its epochs in tensor form, where they may take less time, and ends
 * with an ordinary dense one: dense for a few epochs, decomposition by a plan of the weights that
 * these have made, tensor form for the others, dense again.
 *
 * <pre>{@code
 * MultiLayerNetwork trained =
 *     TensorPhaseTrainer.of(net)
 *         .denseEpochs(3)
 *         .plan(n -> CompressionPlan.of(n).time(0.5).build())
 *         .tensorEpochs(12)
 *         .run(train);
 * }</pre>
 *
 * <p>The given network is copied first and stays as it is. The networks that are trained have
 * native helpers ({@link org.dl4jtt.accelerate.NativeHelpers}). Momentum and the like start fresh
 * in tensor form; iteration and epoch counts, and with them schedules, go on.
 *
 * @param <M> MultiLayerNetwork or ComputationGraph
 */
public final class TensorPhaseTrainer<M extends Model> {
  private final Class<M> type;
  private final M network;
  private final List<TrainingListener> trainingListeners = new ArrayList<>();
  private Function<? super M, CompressionPlan> plan;
  private int denseEpochs = 1;
  private int tensorEpochs = 10;

  private TensorPhaseTrainer(Class<M> type, M network) {
    this.type = type;
    this.network = network;
    this.plan = net -> CompressionPlan.of(net).time(0.5).build();
  }

  /** For this network, trained or new. */
  public static TensorPhaseTrainer<MultiLayerNetwork> of(MultiLayerNetwork network) {
    return new TensorPhaseTrainer<>(MultiLayerNetwork.class, network);
  }

  /** For this graph, trained or new. */
  public static TensorPhaseTrainer<ComputationGraph> of(ComputationGraph network) {
    return new TensorPhaseTrainer<>(ComputationGraph.class, network);
  }

  /** So many epochs before decomposition; 1 if not set. 0 decomposes the network as it is. */
  public TensorPhaseTrainer<M> denseEpochs(int epochs) {
    argument(epochs >= 0, "denseEpochs is %d; it must be 0 or more", epochs);
    denseEpochs = epochs;
    return this;
  }

  /** So many epochs after it; 10 if not set. */
  public TensorPhaseTrainer<M> tensorEpochs(int epochs) {
    argument(epochs >= 1, "tensorEpochs is %d; it must be 1 or more", epochs);
    tensorEpochs = epochs;
    return this;
  }

  /** Makes the plan from the network after its dense epochs; half the time if not set. */
  public TensorPhaseTrainer<M> plan(Function<? super M, CompressionPlan> newPlan) {
    plan = newPlan;
    return this;
  }

  /** Are attached to the networks while they train. */
  public TensorPhaseTrainer<M> trainingListeners(TrainingListener... added) {
    trainingListeners.addAll(List.of(added));
    return this;
  }

  /**
   * Trains.
   *
   * @param train reset before every epoch
   * @return the dense network, without listeners
   */
  public M run(DataSetIterator train) {
    return run(EpochData.of(train));
  }

  /** The same with several inputs or outputs. */
  public M run(MultiDataSetIterator train) {
    return run(EpochData.of(train));
  }

  /**
   * The same with an iterator for each epoch, counted through both forms.
   *
   * @throws IllegalArgumentException if the network cannot be trained on the first mini-batch
   * @throws IllegalStateException if an epoch has no mini-batch, or one holds NaN or infinity
   */
  public M run(EpochData data) {
    EpochData train = new CheckedEpochs(present(data, "the training data is null"));
    Rehearsal.run(network, train);
    M dense = prepared(Networks.copy(network));
    fit(dense, train, 0, denseEpochs);
    M small = prepared(Networks.decompose(dense, plan.apply(dense)));
    fit(small, train, denseEpochs, tensorEpochs);
    M result = type.cast(Networks.toDense(small));
    Networks.prepare(result, List.of());
    return result;
  }

  private M prepared(Model made) {
    Networks.prepare(made, trainingListeners);
    return type.cast(made);
  }

  private static void fit(Model network, EpochData train, int first, int epochs) {
    for (int epoch = first; epoch < first + epochs; epoch++) {
      Networks.fit(network, train.epoch(epoch));
      Networks.checkFinite(network, "after epoch " + (epoch + 1) + "; use a smaller learning rate");
    }
  }
}
