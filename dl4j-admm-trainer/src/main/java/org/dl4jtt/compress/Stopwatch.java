package org.dl4jtt.compress;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.dl4jtt.plan.NetworkTime;
import org.dl4jtt.plan.PlanTarget;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the {@link TimePerExample} at the end of a run, on a mini-batch of its training data.
 */
final class Stopwatch {
  private static final Logger LOG = LoggerFactory.getLogger(Stopwatch.class);

  private Stopwatch() {}

  /** Null if it was not asked for, by option or by a target in time, or cannot be predicted. */
  static @Nullable TimePerExample measure(Job<?> job, Model small) {
    boolean inTime = job.plan().target().filter(t -> t.unit() == PlanTarget.Unit.TIME).isPresent();
    if (!inTime && !job.options().measureTime()) {
      return null;
    }
    MultiDataSetIterator train = job.train().epoch(0);
    if (!train.hasNext()) {
      return null;
    }
    INDArray[] features = train.next().getFeatures();
    Model dense = Networks.copy(job.network());
    Networks.prepare(dense, List.of());
    try {
      return new TimePerExample(time(dense, features), time(small, features));
    } catch (IllegalArgumentException e) { // what has been trained must not be lost for it
      LOG.warn("the time per example is not in the report: {}", e.getMessage());
      return null;
    }
  }

  private static NetworkTime time(Model network, INDArray[] features) {
    try {
      return NetworkTime.of(network, features);
    } catch (IllegalArgumentException sizesNotKnown) {
      List<InputType> types = Stream.of(features).map(InputType::inferInputType).toList();
      return NetworkTime.of(network, types, features);
    }
  }
}
