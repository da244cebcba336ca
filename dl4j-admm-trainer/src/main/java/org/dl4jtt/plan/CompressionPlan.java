package org.dl4jtt.plan;

import static org.dl4jtt.tensor.Check.argument;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Model;

/**
 * Which weights of a network become tensor trains or rings, in which form, and which layers are
 * left alone and why. Immutable.
 *
 * <pre>{@code
 * CompressionPlan plan = CompressionPlan.of(net).weights(1 / 8.0).build();
 * }</pre>
 */
public final class CompressionPlan {
  private final long networkWeights;
  private final List<PlannedWeight> weights;
  private final List<LeftAlone> leftAlone;

  CompressionPlan(long networkWeights, List<PlannedWeight> weights, List<LeftAlone> leftAlone) {
    this.networkWeights = networkWeights;
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

  @Override
  public String toString() {
    return "CompressionPlan" + weights;
  }
}
