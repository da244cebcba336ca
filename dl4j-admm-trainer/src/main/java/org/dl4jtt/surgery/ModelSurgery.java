package org.dl4jtt.surgery;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.plan.CompressionPlan;

/** Whole networks to tensor form and back. The given network is never changed. */
public final class ModelSurgery {
  private ModelSurgery() {}

  /** The network with the planned weights decomposed. */
  public static MultiLayerNetwork decompose(MultiLayerNetwork network, CompressionPlan plan) {
    return pending(network);
  }

  /** The network with the planned weights decomposed. */
  public static ComputationGraph decompose(ComputationGraph network, CompressionPlan plan) {
    return pending(network);
  }

  /** The same structure from random cores and freshly initialised other weights. */
  public static MultiLayerNetwork scratch(
      MultiLayerNetwork network, CompressionPlan plan, long seed) {
    return pending(network);
  }

  /** The same structure from random cores and freshly initialised other weights. */
  public static ComputationGraph scratch(
      ComputationGraph network, CompressionPlan plan, long seed) {
    return pending(network);
  }

  /** The network with every tensor layer made an ordinary one. */
  public static MultiLayerNetwork toDense(MultiLayerNetwork network) {
    return pending(network);
  }

  /** The network with every tensor layer made an ordinary one. */
  public static ComputationGraph toDense(ComputationGraph network) {
    return pending(network);
  }

  private static <T> T pending(T network) {
    if (network != null) {
      throw new UnsupportedOperationException("on its way");
    }
    return network;
  }
}
