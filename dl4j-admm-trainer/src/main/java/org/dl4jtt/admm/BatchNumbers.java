package org.dl4jtt.admm;

import java.util.Locale;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.internal.FiniteNumbers;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The numbers of the mini-batch that a network is being trained on. */
final class BatchNumbers {
  private BatchNumbers() {}

  /**
   * Checks a mini-batch's features, and its labels where the loss is not finite either: no penalty
   * and no learning rate is to blame for what the data brings.
   *
   * @throws IllegalStateException if a number of theirs is NaN or infinite
   */
  static void check(Model model, int iteration) {
    boolean lossIsFinite = Double.isFinite(model.score());
    String which =
        !FiniteNumbers.in(features(model))
            ? "features"
            : !lossIsFinite && !FiniteNumbers.in(labels(model)) ? "labels" : null;
    if (which == null) {
      return;
    }
    throw new IllegalStateException(
        String.format(
            Locale.ROOT,
            "%sthe %s of the mini-batch at iteration %d are not finite: they hold NaN or infinity;"
                + " mend the data",
            lossIsFinite
                ? ""
                : "the loss became " + model.score() + " at iteration " + iteration + ": ",
            which,
            iteration));
  }

  private static @Nullable INDArray @Nullable [] features(Model model) {
    if (model instanceof ComputationGraph graph) {
      return graph.getInputs();
    }
    return model instanceof MultiLayerNetwork net ? new INDArray[] {net.getInput()} : null;
  }

  private static @Nullable INDArray @Nullable [] labels(Model model) {
    if (model instanceof ComputationGraph graph) {
      return IntStream.range(0, graph.getNumOutputArrays())
          .mapToObj(graph::getOutputLayer)
          .map(layer -> layer instanceof IOutputLayer output ? output.getLabels() : null)
          .toArray(INDArray[]::new);
    }
    return model instanceof MultiLayerNetwork net ? new INDArray[] {net.getLabels()} : null;
  }
}
