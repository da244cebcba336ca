package org.dl4jtt.examples;

import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.examples.report.EpochRow;
import org.dl4jtt.plan.CompressionPlan;
import org.jspecify.annotations.Nullable;

/**
 * One way to spend the further epochs, and what came of it.
 *
 * @param plan that its tensor layers follow; null for the dense network
 * @param accuracyBefore on all test images, before its ordinary epochs
 * @param accuracy on all test images, at the end
 */
record Run(
    String name,
    MultiLayerNetwork network,
    @Nullable CompressionPlan plan,
    double accuracyBefore,
    double accuracy,
    List<EpochRow> history) {

  /** The run of this name. */
  static Run named(String name, List<Run> runs) {
    return runs.stream().filter(run -> run.name().equals(name)).findFirst().orElseThrow();
  }
}
