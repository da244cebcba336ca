package org.dl4jtt.plan;

import static org.dl4jtt.internal.Check.argument;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;

/**
 * Which weights of a network become tensor trains or rings, in which form, and which layers are
 * left alone and why. Immutable.
 *
 * <pre>{@code
 * CompressionPlan plan = CompressionPlan.of(net).weights(1 / 8.0).build();   // or .flops(..), .time(..)
 * Files.writeString(path, plan.toJson());   // to read, to edit, to keep
 * }</pre>
 *
 * <p>The JSON, format 2; format 1, which has no target, is read as well:
 *
 * <pre>{@code
 * {
 *   "format" : 2,
 *   "networkWeights" : 78330,           // parameters of the network before; for information
 *   "batch" : 32,                       // that times are predicted for; 32 if left out
 *   "weights" : [ {
 *     "layer" : "fc1",                  // name, or number in a MultiLayerNetwork without names
 *     "parameter" : "W",                // W if left out
 *     "scheme" : "SEPARATED",           // or PAIRED
 *     "outputModes" : [ 16, 8 ],        // their product is the number of outputs
 *     "kernel" : [ 3, 3 ],              // of a convolution only
 *     "inputModes" : [ 64 ],            // their product is the number of inputs
 *     "ranks" : [ 1, 12, 24, 9, 1 ],    // one more than there are cores; 1 at both ends for a train
 *     "about" : { … }                   // what the planner computed; ignored when it is read
 *   } ],
 *   "leftAlone" : [ { "layer" : "conv1", "reason" : "…" } ]   // for information
 *   "target" : {                        // left out if all forms were given by hand
 *     "unit" : "WEIGHTS",               // or FLOPS, or TIME
 *     "ratio" : 0.125,                  // after / before
 *     …                                 // what else the builder was told
 *     "fixed" : [ { "layer" : "fc1", "parameter" : "W" } ]   // forms that stay when ranks are
 *   }                                                        // chosen again
 * }
 * }</pre>
 *
 * <p>The target is what {@link #rechosen} meets again; editing it changes no rank by itself.
 */
public final class CompressionPlan implements Serializable {
  private static final long serialVersionUID = 1;

  private final long networkWeights;
  private final int batch;
  private final List<PlannedWeight> weights;
  private final List<LeftAlone> leftAlone;
  private final @Nullable PlanSettings settings;

  /**
   * @param batch that times were predicted for
   * @param settings null if the plan has no target
   */
  CompressionPlan(
      long networkWeights,
      int batch,
      List<PlannedWeight> weights,
      List<LeftAlone> leftAlone,
      @Nullable PlanSettings settings) {
    this.settings = settings;
    this.networkWeights = networkWeights;
    this.batch = batch;
    this.weights = List.copyOf(weights);
    this.leftAlone = List.copyOf(leftAlone);
    Set<String> seen = new HashSet<>();
    for (PlannedWeight weight : weights) {
      argument(
          seen.add(weight.layer() + '\n' + weight.parameter()),
          "the plan names weight %s of layer %s twice",
          weight.parameter(),
          weight.layer());
    }
  }

  /**
   * Starts a plan for this network, which is only read.
   *
   * @param network an initialised MultiLayerNetwork or ComputationGraph
   */
  public static PlanBuilder of(Model network) {
    return new PlanBuilder(network);
  }

  /** The weights to replace, in the order of the network's layers. */
  public List<PlannedWeight> weights() {
    return weights;
  }

  /** The planned weights of one layer; empty if it is left alone. */
  public List<PlannedWeight> weightsOf(String layer) {
    return weights.stream().filter(w -> w.layer().equals(layer)).toList();
  }

  /** The layers with weights that the plan does not touch. */
  public List<LeftAlone> leftAlone() {
    return leftAlone;
  }

  /** All parameters of the network: weights, biases, batch norm and all else. */
  public long networkWeightsBefore() {
    return networkWeights;
  }

  /** All parameters of the network after the plan is carried out. */
  public long networkWeightsAfter() {
    return networkWeights
        - weights.stream().mapToLong(w -> w.weightsBefore() - w.weightsAfter()).sum();
  }

  /** The number of examples at once that times were predicted for. */
  public int batch() {
    return batch;
  }

  /**
   * The weights whose layers the cost models predict to take longer in tensor form than dense, at
   * {@link #batch}; none under a target of time, and none whose input is not known.
   */
  public List<PlannedWeight> slower() {
    return weights.stream().filter(PlannedWeight::isSlower).toList();
  }

  /** What the plan was made to meet; empty if it holds only forms given by hand. */
  public Optional<PlanTarget> target() {
    return Optional.ofNullable(settings).map(PlanSettings::target);
  }

  /**
   * The plan that meets the same target, under the same choices, for other values of the weights:
   * ranks, modes and schemes are chosen again among all candidates, and layers may enter the plan
   * or leave it. Forms given by hand stay. Takes as long as making the plan did.
   *
   * @param network the one that this plan was made for; only read
   * @param current the values to choose for, such as W + U within ADMM
   * @throws IllegalStateException if this plan has no target
   */
  public CompressionPlan rechosen(Model network, CurrentWeights current) {
    if (settings == null) {
      throw new IllegalStateException(
          "the plan has no target, so its ranks cannot be chosen again;"
              + " make it with CompressionPlan.of(network).weights(ratio) or another target");
    }
    checkFits(network);
    return new PlanSearch(network, settings, current, null).plan();
  }

  /** Null if the plan has no target. */
  @Nullable PlanSettings settings() {
    return settings;
  }

  /** True if both plans answer the same question: target and choices. */
  public boolean hasTargetOf(CompressionPlan other) {
    return settings != null && settings.equals(other.settings);
  }

  /**
   * Checks that this plan is one for this network.
   *
   * @throws IllegalArgumentException naming the layer that is missing or has another shape
   */
  public void checkFits(Model network) {
    Map<String, NetworkLayer> layers =
        NetworkLayer.of(network).stream()
            .collect(Collectors.toMap(NetworkLayer::name, Function.identity()));
    weights.forEach(
        weight ->
            PlanCheck.check(
                weight, Optional.ofNullable(layers.get(weight.layer())), layers.keySet()));
  }

  /** This plan as JSON that people can read and edit; the class comment has the schema. */
  public String toJson() {
    return PlanJson.write(this);
  }

  /**
   * A plan from its JSON.
   *
   * @throws IllegalArgumentException naming the layer and the entry that is wrong
   */
  public static CompressionPlan fromJson(String json) {
    return PlanJson.read(json);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CompressionPlan plan
        && networkWeights == plan.networkWeights
        && batch == plan.batch
        && weights.equals(plan.weights)
        && leftAlone.equals(plan.leftAlone)
        && Objects.equals(settings, plan.settings);
  }

  @Override
  public int hashCode() {
    return Objects.hash(networkWeights, batch, weights, leftAlone, settings);
  }

  /** A table for people. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT, "%d of %d parameters%n", networkWeightsAfter(), networkWeightsBefore()));
    for (PlannedWeight w : weights) {
      text.append(
          String.format(
              Locale.ROOT,
              "%s %s: %d -> %d weights, %s, relative error %.3f%n",
              w.layer(),
              w.parameter(),
              w.weightsBefore(),
              w.weightsAfter(),
              w.form(),
              w.relativeError()));
    }
    for (PlannedWeight w : slower()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%s %s: predicted to be slower in tensor form at batch %d, %.2f -> %.2f µs per"
                  + " example%n",
              w.layer(),
              w.parameter(),
              batch,
              1e6 * w.predicted().secondsBefore(),
              1e6 * w.predicted().secondsAfter()));
    }
    leftAlone.forEach(
        l ->
            text.append(String.format(Locale.ROOT, "%s: left alone, %s%n", l.layer(), l.reason())));
    return text.toString();
  }
}
