package org.dl4jtt.compress;

import static org.dl4jtt.internal.Check.state;

import java.util.Collection;
import org.deeplearning4j.datasets.iterator.MultiDataSetWrapperIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.dl4jtt.accelerate.NativeHelpers;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.calibrate.Calibration;
import org.dl4jtt.internal.Norms;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.surgery.BatchNormStatistics;
import org.dl4jtt.surgery.ModelSurgery;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/** What DL4J's two kinds of network do each in its own way. */
final class Networks {
  private Networks() {}

  static Model copy(Model network) {
    return network instanceof ComputationGraph graph
        ? ModelSurgery.copy(graph)
        : ModelSurgery.copy(multiLayer(network));
  }

  static void fit(Model network, MultiDataSetIterator epoch) {
    if (network instanceof ComputationGraph graph) {
      graph.fit(epoch);
    } else {
      multiLayer(network).fit(new MultiDataSetWrapperIterator(epoch));
    }
  }

  static Model decompose(AdmmListener admm, Model network) {
    return network instanceof ComputationGraph graph
        ? admm.decompose(graph)
        : admm.decompose(multiLayer(network));
  }

  static Model decompose(Model network, CompressionPlan plan) {
    return network instanceof ComputationGraph graph
        ? ModelSurgery.decompose(graph, plan)
        : ModelSurgery.decompose(multiLayer(network), plan);
  }

  static Model decompose(Model network, CompressionPlan plan, Calibration calibration) {
    return network instanceof ComputationGraph graph
        ? ModelSurgery.decompose(graph, plan, calibration)
        : ModelSurgery.decompose(multiLayer(network), plan, calibration);
  }

  /** Measures means and variances of batch norm anew. */
  static void reestimateBatchNorm(Model network, MultiDataSetIterator data) {
    if (network instanceof ComputationGraph graph) {
      BatchNormStatistics.reestimate(graph, data);
    } else {
      BatchNormStatistics.reestimate(multiLayer(network), new MultiDataSetWrapperIterator(data));
    }
  }

  /** What the network says to a batch, as in use. */
  static INDArray[] output(
      Model network,
      INDArray[] features,
      INDArray @Nullable [] featuresMasks,
      INDArray @Nullable [] labelsMasks) {
    if (network instanceof ComputationGraph graph) {
      return graph.output(false, features, featuresMasks, labelsMasks);
    }
    INDArray featuresMask = featuresMasks == null ? null : featuresMasks[0];
    INDArray labelsMask = labelsMasks == null ? null : labelsMasks[0];
    return new INDArray[] {
      multiLayer(network).output(features[0], false, featuresMask, labelsMask)
    };
  }

  static Model toDense(Model network) {
    return network instanceof ComputationGraph graph
        ? ModelSurgery.toDense(graph)
        : ModelSurgery.toDense(multiLayer(network));
  }

  /** Replaces its listeners, and gives it native helpers. */
  static void prepare(Model network, Collection<TrainingListener> listeners) {
    network.setListeners(listeners);
    NativeHelpers.enable(network);
  }

  /**
   * Checks all parameters.
   *
   * @throws IllegalStateException naming the first parameter that holds NaN or infinity
   */
  static void checkFinite(Model network, String when) {
    if (Norms.isFinite(network.params())) {
      return;
    }
    network
        .paramTable()
        .forEach(
            (name, values) ->
                state(
                    Norms.isFinite(values),
                    "parameter %s of the network holds NaN or infinity %s",
                    name,
                    when));
  }

  private static MultiLayerNetwork multiLayer(Model network) {
    if (network instanceof MultiLayerNetwork net) {
      return net;
    }
    throw new IllegalArgumentException(
        network.getClass().getName() + " is neither a MultiLayerNetwork nor a ComputationGraph");
  }
}
