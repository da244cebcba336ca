package org.dl4jtt.compress;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.plan.CompressionPlan;
import org.nd4j.linalg.factory.Nd4j;

/** The stages of a compression, one after another. */
final class Pipeline<M extends Model> {
  private final Class<M> type;
  private final CompressionPlan plan;
  private final RunOptions options;
  private final EpochData train;
  private final ToDoubleFunction<? super M> evaluation;
  private final List<TrainingListener> trainingListeners;
  private final List<CompressionListener> listeners;
  private final List<StageResult> results = new ArrayList<>();
  private int epochsTrained;
  private long stageStarted;

  Pipeline(
      Class<M> type,
      CompressionPlan plan,
      RunOptions options,
      EpochData train,
      ToDoubleFunction<? super M> evaluation,
      List<TrainingListener> trainingListeners,
      List<CompressionListener> listeners) {
    this.type = type;
    this.plan = plan;
    this.options = options;
    this.train = train;
    this.evaluation = evaluation;
    this.trainingListeners = List.copyOf(trainingListeners);
    this.listeners = List.copyOf(listeners);
  }

  Compression<M> run(M network) {
    M dense = type.cast(Networks.copy(network));
    Networks.prepare(dense, trainingListeners);
    started(Stage.DENSE, 0, 0);
    ended(Stage.DENSE, dense.numParams(), evaluation.applyAsDouble(dense));

    AdmmListener admm = new AdmmListener(plan, options.admm());
    dense.addListeners(admm);
    int epochs = options.admm().epochs();
    started(Stage.PROJECTED, 0, epochs);
    for (int epoch = 0; epoch < epochs && !admm.converged(); epoch++) {
      fit(dense);
      epochEnded(Stage.PROJECTED, epoch + 1, epochs);
    }
    double projected = admm.projected(dense, () -> evaluation.applyAsDouble(dense));
    ended(Stage.PROJECTED, dense.numParams(), projected);

    started(Stage.DECOMPOSED, 0, 0);
    M small = type.cast(Networks.decompose(admm, dense));
    Networks.prepare(small, trainingListeners);
    ended(Stage.DECOMPOSED, small.numParams(), evaluation.applyAsDouble(small));

    started(Stage.FINE_TUNED, 0, options.fineTuningEpochs());
    for (int epoch = 0; epoch < options.fineTuningEpochs(); epoch++) {
      fit(small);
      epochEnded(Stage.FINE_TUNED, epoch + 1, options.fineTuningEpochs());
    }
    small.setListeners(List.of());
    ended(Stage.FINE_TUNED, small.numParams(), evaluation.applyAsDouble(small));
    return new Compression<>(
        small, new CompressionReport(admm.plan(), results, admm.history().entries()));
  }

  private void fit(M trained) {
    Nd4j.getRandom().setSeed(options.seed() + epochsTrained);
    Networks.fit(trained, train.epoch(epochsTrained));
    epochsTrained++;
  }

  private void started(Stage stage, int epochsDone, int epochs) {
    stageStarted = System.nanoTime();
    listeners.forEach(listener -> listener.stageStarted(stage, epochsDone, epochs));
  }

  private void epochEnded(Stage stage, int epoch, int epochs) {
    listeners.forEach(listener -> listener.epochEnded(stage, epoch, epochs));
  }

  private void ended(Stage stage, long weights, double score) {
    double seconds = (System.nanoTime() - stageStarted) / 1e9;
    StageResult result = new StageResult(stage, weights, score, seconds);
    results.add(result);
    listeners.forEach(listener -> listener.stageEnded(result));
  }
}
