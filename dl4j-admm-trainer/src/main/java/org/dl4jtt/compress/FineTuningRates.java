package org.dl4jtt.compress;

import static org.dl4jtt.internal.Check.argument;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.plan.NetworkLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * The learning rates of fine-tuning: {@code η_t = η₀ (1 + cos(π t / n)) / 2} (Loshchilov and Hutter
 * 2017, one cycle), for every layer from a peak of its own. They stand in the network's
 * configuration while it is fine-tuned, as a step function of up to {@value #STEPS} values, which
 * is a schedule of Deeplearning4j's own: a checkpoint needs no class of ours.
 */
final class FineTuningRates {
  private static final int STEPS = 64;

  /** A schedule that has ended near 0 starts again from this share of its first rate. */
  private static final double RESTART = 0.1;

  private FineTuningRates() {}

  /**
   * Sets the rates of a network that has not been fitted yet.
   *
   * @param peak η₀ of all layers; NaN for each layer's own rate at this point of the training
   * @param iterations n, from the network's present count of iterations on
   */
  static void set(Model network, double peak, int iterations) {
    Counts counts = Counts.of(network);
    for (BaseLayer layer : layers(network).values()) {
      layer.setIUpdater(scheduled(layer.getIUpdater(), peak, counts, iterations));
      layer.setBiasUpdater(scheduled(layer.getBiasUpdater(), peak, counts, iterations));
    }
  }

  private static @Nullable IUpdater scheduled(
      @Nullable IUpdater own, double peak, Counts counts, int iterations) {
    if (own == null || !own.hasLearningRate()) {
      return own;
    }
    double from = Double.isNaN(peak) ? counts.rate(own) : peak;
    if (!(from > 0)) {
      return own; // a layer that its user does not train
    }
    IUpdater scheduled = own.clone();
    scheduled.setLrAndSchedule(Double.NaN, cosine(from, counts.iteration, iterations));
    return scheduled;
  }

  /**
   * Gives the layers of a network the updaters of their namesakes in the source again. What is
   * fitted after that starts with momentum 0.
   */
  static void restore(Model network, Model source) {
    Map<String, BaseLayer> own = layers(source);
    layers(network)
        .forEach(
            (name, layer) -> {
              // An output layer NAME has become a tensor layer NAME-tt and a loss layer NAME.
              BaseLayer namesake = own.getOrDefault(name, own.get(name.replaceFirst("-tt$", "")));
              if (namesake != null) {
                layer.setIUpdater(clone(namesake.getIUpdater()));
                layer.setBiasUpdater(clone(namesake.getBiasUpdater()));
              }
            });
    // The running updater holds on to the rates that it was made with.
    if (network instanceof ComputationGraph graph) {
      graph.setUpdater(null);
    } else {
      ((MultiLayerNetwork) network).setUpdater(null);
    }
  }

  private static @Nullable IUpdater clone(@Nullable IUpdater updater) {
    return updater == null ? null : updater.clone();
  }

  /** All layers that have an updater, by name, those inside of wrappers too. */
  private static Map<String, BaseLayer> layers(Model network) {
    Map<String, BaseLayer> layers = new LinkedHashMap<>();
    for (NetworkLayer layer : NetworkLayer.of(network)) {
      collect(layer.name(), layer.configuration(), layers);
    }
    return layers;
  }

  private static void collect(String name, Layer layer, Map<String, BaseLayer> layers) {
    if (layer instanceof BaseLayer base) {
      layers.put(name, base);
    } else if (layer instanceof BaseWrapperLayer wrapper) {
      collect(name, wrapper.getUnderlying(), layers);
    } else if (layer instanceof Bidirectional both) {
      collect(name, both.getFwd(), layers);
      collect(name + " backward", both.getBwd(), layers);
    }
  }

  static ISchedule cosine(double peak, int first, int iterations) {
    argument(iterations >= 1, "%d iterations of fine-tuning; there must be 1 or more", iterations);
    Map<Integer, Double> rates = new LinkedHashMap<>();
    rates.put(0, peak);
    int steps = Math.min(STEPS, iterations);
    for (int step = 0; step < steps; step++) {
      int from = (int) ((long) step * iterations / steps);
      int to = (int) ((long) (step + 1) * iterations / steps);
      double middle = (from + to - 1) / 2.0 / iterations;
      rates.put(first + from, peak * 0.5 * (1 + Math.cos(Math.PI * middle)));
    }
    return new MapSchedule(ScheduleType.ITERATION, rates);
  }

  /** How far a network's training is. */
  private record Counts(int iteration, int epoch) {
    static Counts of(Model network) {
      if (network instanceof ComputationGraph graph) {
        return new Counts(
            graph.getConfiguration().getIterationCount(), graph.getConfiguration().getEpochCount());
      }
      var configuration = ((MultiLayerNetwork) network).getLayerWiseConfigurations();
      return new Counts(configuration.getIterationCount(), configuration.getEpochCount());
    }

    double rate(IUpdater updater) {
      return Math.max(
          updater.getLearningRate(iteration, epoch), RESTART * updater.getLearningRate(0, 0));
    }
  }
}
