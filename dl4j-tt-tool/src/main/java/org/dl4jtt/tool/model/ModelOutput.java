package org.dl4jtt.tool.model;

import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What comes out of a model.
 *
 * @param classes numbers for each example or step
 * @param perStep [n, classes, steps] rather than [n, classes]
 */
public record ModelOutput(int classes, boolean perStep) {

  /** Of a model that has been given these features. */
  public static ModelOutput of(Model model, INDArray features, boolean channelsLast) {
    INDArray output = run(model, features, null);
    argument(
        output.rank() == 2 || output.rank() == 3,
        "the model gives %s; the tool evaluates [n, classes] and [n, classes, steps]",
        Arrays.toString(output.shape()));
    long classes = output.size(output.rank() == 3 && channelsLast ? 2 : 1);
    return new ModelOutput(Math.toIntExact(classes), output.rank() == 3);
  }

  /**
   * The first output of a model.
   *
   * @param mask of the features, [n, steps], or null
   */
  public static INDArray run(Model model, INDArray features, @Nullable INDArray mask) {
    if (model instanceof MultiLayerNetwork network) {
      return network.output(features, false, mask, null);
    }
    return ((ComputationGraph) model)
        .output(false, new INDArray[] {features}, mask == null ? null : new INDArray[] {mask})[0];
  }
}
