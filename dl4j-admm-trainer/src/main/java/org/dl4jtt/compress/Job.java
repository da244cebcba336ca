package org.dl4jtt.compress;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.dl4jtt.plan.CompressionPlan;

/** What a run has to do, and with what. */
record Job<M extends Model>(
    Class<M> type,
    M network,
    CompressionPlan plan,
    RunOptions options,
    EpochData train,
    ToDoubleFunction<? super M> evaluation,
    List<TrainingListener> trainingListeners,
    List<CompressionListener> listeners) {
  Job {
    trainingListeners = List.copyOf(trainingListeners);
    listeners = List.copyOf(listeners);
  }
}
