package org.dl4jtt.tool;

import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.tool.data.Feed;
import org.dl4jtt.tool.model.ModelOutput;
import org.jspecify.annotations.Nullable;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * How well a model classifies.
 *
 * @param examples or steps of sequences, where each has a label
 * @param precision mean of all classes
 * @param recall mean of all classes
 * @param f1 mean of all classes
 */
record Quality(int examples, double accuracy, double precision, double recall, double f1) {

  /** Of a model that need not have a loss: predictions are enough. */
  static Quality of(Model model, Feed feed, DataSetIterator batches) {
    Evaluation evaluation = new Evaluation(feed.output().classes());
    while (batches.hasNext()) {
      DataSet batch = batches.next();
      INDArray predictions =
          ModelOutput.run(model, batch.getFeatures(), batch.getFeaturesMaskArray());
      add(evaluation, feed, batch.getLabels(), predictions, batch.getLabelsMaskArray());
    }
    return new Quality(
        evaluation.getNumRowCounter(),
        evaluation.accuracy(),
        evaluation.precision(),
        evaluation.recall(),
        evaluation.f1());
  }

  private static void add(
      Evaluation evaluation,
      Feed feed,
      INDArray labels,
      INDArray predictions,
      @Nullable INDArray mask) {
    boolean swap = labels.rank() == 3 && feed.input().channelsLast();
    evaluation.eval(
        swap ? labels.permute(0, 2, 1) : labels,
        swap ? predictions.permute(0, 2, 1) : predictions,
        mask);
  }
}
