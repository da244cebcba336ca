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
 * @param classes numbers for each example or step; channels of an image
 * @param rank 2 for [n, classes], 3 for [n, classes, steps], 4 for images
 */
public record ModelOutput(int classes, int rank) {

  /** Of a model that has been given these features. */
  public static ModelOutput of(Model model, INDArray features, boolean channelsLast) {
    INDArray output = run(model, features, null);
    argument(
        output.rank() >= 2 && output.rank() <= 4,
        "the model gives %s; the tool knows [n, classes], [n, classes, steps] and images",
        Arrays.toString(output.shape()));
    long classes = output.size(output.rank() > 2 && channelsLast ? output.rank() - 1 : 1);
    return new ModelOutput(Math.toIntExact(classes), output.rank());
  }

  /** One output for each step of a sequence. */
  public boolean perStep() {
    return rank == 3;
  }

  /** An image for each example. */
  public boolean isImage() {
    return rank == 4;
  }

  /** Features as labels, for a model that is to give them back. */
  public INDArray likeFeatures(INDArray features) {
    return features.rank() == rank || rank != 2
        ? features.dup('c')
        : features.dup('c').reshape('c', features.size(0), -1);
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
