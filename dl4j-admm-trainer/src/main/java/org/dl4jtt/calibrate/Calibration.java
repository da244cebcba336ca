package org.dl4jtt.calibrate;

import static org.dl4jtt.internal.Check.argument;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.Metric;

/**
 * What a few hundred examples say of a network's weights: for each one the moments of its inputs
 * and of the loss' gradient at its linear output, and the examples themselves. Immutable.
 *
 * <pre>{@code
 * Calibration calibration = Calibration.of(net).examples(500).run(train); // no labels needed
 * Metric metric = calibration.metric("fc1", "W").orElseThrow();
 * MultiLayerNetwork small = ModelSurgery.decompose(net, plan, calibration);
 * }</pre>
 *
 * <p>Watched are all weights that can take a tensor form (Dense, Output, RnnOutput, Embedding,
 * Convolution 1-D and 2-D, the LSTM family and SimpleRnn, also inside wrappers), except dense
 * layers with layer normalisation, where no bias or norm follows the weight directly.
 */
public final class Calibration {
  private final WatchedWeights watched;
  private final Map<WeightName, Metric> metrics;
  private final Examples examples;
  private final int largest;
  private final CalibrationListener listener;

  Calibration(
      WatchedWeights watched,
      Map<WeightName, Metric> metrics,
      Examples examples,
      int largest,
      CalibrationListener listener) {
    this.watched = watched;
    this.metrics = Map.copyOf(metrics);
    this.examples = examples;
    this.largest = largest;
    this.listener = listener;
  }

  /**
   * Starts a calibration of this network, which is only read.
   *
   * @param network an initialised MultiLayerNetwork or ComputationGraph
   */
  public static CalibrationBuilder of(Model network) {
    return new CalibrationBuilder(network);
  }

  /** The weights that were watched. */
  public Set<WeightName> weights() {
    return metrics.keySet();
  }

  /**
   * The metric of a weight; empty if it was not watched.
   *
   * @param layer the layer's name, or its number in a MultiLayerNetwork without names
   * @param parameter such as "W" or "RW"
   */
  public Optional<Metric> metric(String layer, String parameter) {
    return Optional.ofNullable(metrics.get(new WeightName(layer, parameter)));
  }

  /** How many examples there were. */
  public int examples() {
    return examples.count();
  }

  /** True if a bias or a batch norm takes up what the weight does to the mean. */
  boolean isCentred(WeightName weight) {
    return Boolean.TRUE.equals(watched.centred().get(weight));
  }

  int largestMoment() {
    return largest;
  }

  CalibrationListener listener() {
    return listener;
  }

  Examples data() {
    return examples;
  }

  /**
   * Checks that this is a calibration of this network, or of one that is like it.
   *
   * @throws IllegalArgumentException naming the weight that is missing or has another shape
   */
  public void checkFits(Model network) {
    Map<WeightName, WeightShape> own = WatchedWeights.of(WorkingCopy.of(network)).shapes();
    watched
        .shapes()
        .forEach(
            (name, shape) ->
                argument(
                    shape.equals(own.get(name)),
                    "the calibration is of another network: it has %s as %s, this one %s",
                    name,
                    shape,
                    own.containsKey(name) ? "as " + own.get(name) : "has no such weight"));
  }
}
