package org.dl4jtt.calibrate;

import static org.dl4jtt.internal.Check.argument;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.internal.Detached;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.Metric;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds a {@link Calibration}: what to look at, then {@code run} with the data. */
public final class CalibrationBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(CalibrationBuilder.class);

  /** Enough for ResNet-20 at a quarter of its weights. */
  private static final int DEFAULT_EXAMPLES = 500;

  /** 2,304² doubles are 42 MB. */
  private static final int DEFAULT_LARGEST = 2304;

  private final Model network;
  private int examples = DEFAULT_EXAMPLES;
  private long seed = 1;
  private boolean trueLabels;
  private int largest = DEFAULT_LARGEST;
  private CalibrationListener listener = (what, done, of) -> {};

  CalibrationBuilder(Model network) {
    this.network = network;
  }

  /** Examples to look at, 500 unless set: the first that the iterator gives. Have it shuffled. */
  public CalibrationBuilder examples(int count) {
    argument(count >= 1, "%d examples; at least one is needed, a few hundred do", count);
    examples = count;
    return this;
  }

  /** Seed of the labels that are drawn, 1 unless set. */
  public CalibrationBuilder seed(long value) {
    seed = value;
    return this;
  }

  /**
   * Takes the gradients for the labels of the data; unless called, for labels drawn from the
   * network's own output, so that the data needs none.
   */
  public CalibrationBuilder trueLabels() {
    trueLabels = true;
    return this;
  }

  /**
   * Bounds memory: a moment of more than this many numbers in a row, 2304 unless set, is kept for
   * channels instead of patches, or as its diagonal. It takes the square of this number, times 8
   * bytes, for each weight.
   */
  public CalibrationBuilder largestMoment(int numbers) {
    argument(numbers >= 1, "moments of at most %d numbers; give 1 or more", numbers);
    largest = numbers;
    return this;
  }

  /** Is told of each batch, and of each layer of a conversion by this calibration. */
  public CalibrationBuilder listener(CalibrationListener value) {
    listener = value;
    return this;
  }

  /**
   * Looks at the examples.
   *
   * @param data reset before, if it can be; fewer examples than asked for are taken with a warning
   * @throws IllegalArgumentException if there are no examples, they hold NaN or infinity, do not
   *     fit the network, or have no labels though true ones are asked for
   */
  public Calibration run(DataSetIterator data) {
    return measured(() -> Examples.of(data, examples));
  }

  /** The same for a graph with any number of inputs and outputs. */
  public Calibration run(MultiDataSetIterator data) {
    return measured(() -> Examples.of(data, examples));
  }

  private Calibration measured(Supplier<Examples> data) {
    try {
      return Detached.compute(() -> run(data.get()));
    } finally {
      Scratch.free();
    }
  }

  private Calibration run(Examples data) {
    if (data.count() < examples) {
      LOG.warn("the data gave {} of {} examples", data.count(), examples);
    }
    WorkingCopy copy = WorkingCopy.of(network);
    int inputs = data.batches().get(0).getFeatures().length;
    argument(
        inputs == copy.inputs(),
        "the examples have %d feature arrays, but the network has %d inputs",
        inputs,
        copy.inputs());
    boolean losses =
        copy.outputs().stream().anyMatch(name -> copy.step(name) instanceof OutputStep);
    if (!losses) {
      LOG.warn("the network has no loss, so no gradients; the moments of inputs alone are taken");
    }
    WatchedWeights watched = WatchedWeights.of(copy);
    Map<WeightName, WeightMoments> moments = new HashMap<>();
    @Nullable SampledLabels labels = trueLabels ? null : new SampledLabels(seed);
    List<MultiDataSet> batches = data.batches();
    for (int i = 0; i < batches.size(); i++) {
      MemoryWorkspace scratch = Scratch.pass();
      try {
        Pass pass = forward(copy, batches.get(i), data);
        if (losses) {
          pass.backward(labels);
        }
        add(moments, watched, copy);
        pass.clear();
      } finally {
        scratch.close();
      }
      listener.progress("moments", i + 1, batches.size());
    }
    Map<WeightName, Metric> metrics = new LinkedHashMap<>();
    moments.forEach((name, sums) -> metrics.put(name, metric(name, sums, data.count(), losses)));
    return new Calibration(watched, metrics, data, largest, listener);
  }

  private void add(
      Map<WeightName, WeightMoments> moments, WatchedWeights watched, WorkingCopy copy) {
    for (Step step : copy.steps()) {
      if (step instanceof LinearStep linear) {
        linear.seen().forEach(seen -> add(moments, watched, step.name(), seen));
      }
    }
  }

  private static Pass forward(WorkingCopy copy, MultiDataSet batch, Examples data) {
    try {
      return Pass.forward(copy, batch);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "examples of shapes " + data.shapes() + " do not fit the network: " + e.getMessage(), e);
    }
  }

  private static Metric metric(
      WeightName name, WeightMoments sums, int examples, boolean gradients) {
    try {
      return sums.metric(examples, gradients);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  private void add(
      Map<WeightName, WeightMoments> moments,
      WatchedWeights watched,
      String layer,
      LinearStep.Seen seen) {
    WeightName name = new WeightName(layer, seen.parameter());
    WeightShape shape = watched.shapes().get(name);
    if (shape != null) {
      boolean centred = Boolean.TRUE.equals(watched.centred().get(name));
      moments
          .computeIfAbsent(
              name,
              n ->
                  Detached.compute(
                      () ->
                          new WeightMoments(n, shape, centred, largest, seen.inputs().isOneHot())))
          .add(seen);
    }
  }
}
