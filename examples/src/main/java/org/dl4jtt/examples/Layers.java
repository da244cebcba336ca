package org.dl4jtt.examples;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.examples.report.LayerResult;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.LeftAlone;
import org.dl4jtt.plan.PlannedWeight;

/** What a plan does to each layer, for the report. */
final class Layers {
  private Layers() {}

  /** One entry for each weight that is compressed and each layer that is left. */
  static List<LayerResult> of(MultiLayerNetwork network, CompressionPlan plan) {
    Map<String, LayerResult> left = new LinkedHashMap<>();
    for (LeftAlone alone : plan.leftAlone()) {
      long weights = network.getLayer(alone.layer()).numParams();
      left.put(
          alone.layer(),
          new LayerResult(
              alone.layer(), null, null, null, null, null, weights, weights, alone.reason()));
    }
    List<LayerResult> layers = new ArrayList<>();
    for (PlannedWeight weight : plan.weights()) {
      layers.add(
          new LayerResult(
              weight.layer(),
              weight.parameter(),
              LongStream.of(weight.form().tensorization().parameterShape()).boxed().toList(),
              weight.form().tensorization().scheme().name(),
              weight.form().tensorization().modes(),
              weight.form().ranks(),
              weight.weightsBefore(),
              weight.weightsAfter(),
              null));
    }
    layers.addAll(left.values());
    return layers;
  }
}
