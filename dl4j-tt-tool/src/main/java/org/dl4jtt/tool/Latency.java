package org.dl4jtt.tool;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.dl4jtt.accelerate.NativeHelpers;
import org.dl4jtt.tool.model.LoadedModel;
import org.dl4jtt.tool.model.ModelInput;
import org.dl4jtt.tool.model.ModelOutput;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How long a model takes for a batch.
 *
 * @param batch examples at a time
 * @param millis median of one batch
 * @param examplesPerSecond at that rate
 * @param runs that were timed
 */
record Latency(int batch, double millis, double examplesPerSecond, int runs) {
  private static final int MIN_RUNS = 5;
  private static final long SEED = 7;

  /**
   * Times models in turn, one batch each, so that whatever else the machine does hits all alike.
   *
   * @param steps of a sequence
   * @param seconds for all models together, after warming up for half as long
   */
  static List<Latency> of(List<LoadedModel> models, int batch, int steps, double seconds) {
    return of(models, models.stream().map(m -> input(m, batch, steps)).toList(), seconds);
  }

  /** The same on given features, the same for all models. */
  static List<Latency> of(List<LoadedModel> models, INDArray features, double seconds) {
    return of(models, Collections.nCopies(models.size(), features), seconds);
  }

  private static List<Latency> of(List<LoadedModel> models, List<INDArray> inputs, double seconds) {
    int batch = Math.toIntExact(inputs.get(0).size(0));
    models.forEach(m -> NativeHelpers.enable(m.model()));
    time(models, inputs, seconds / 2);
    return time(models, inputs, seconds).stream()
        .map(
            millis -> {
              double[] sorted = millis.stream().mapToDouble(m -> m).sorted().toArray();
              double median = sorted[sorted.length / 2];
              return new Latency(batch, median, 1000 * batch / median, sorted.length);
            })
        .toList();
  }

  private static List<List<Double>> time(
      List<LoadedModel> models, List<INDArray> inputs, double seconds) {
    List<List<Double>> millis = new ArrayList<>();
    models.forEach(m -> millis.add(new ArrayList<>()));
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end || millis.get(0).size() < MIN_RUNS) {
      for (int i = 0; i < models.size(); i++) {
        long start = System.nanoTime();
        ModelOutput.run(models.get(i).model(), inputs.get(i), null);
        millis.get(i).add((System.nanoTime() - start) / 1e6);
      }
    }
    return millis;
  }

  private static INDArray input(LoadedModel model, int batch, int steps) {
    ModelInput input = model.input();
    argument(
        input.type().isPresent(),
        "what goes into %s is not known (%s); give --size HxW if it is images",
        model.file(),
        input);
    long[] shape = input.batchShape(batch, steps);
    long length = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    return Nd4j.rand(SEED, new long[] {1, length}).reshape('c', shape);
  }
}
