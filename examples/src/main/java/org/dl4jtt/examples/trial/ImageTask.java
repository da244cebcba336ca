package org.dl4jtt.examples.trial;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.dl4jtt.examples.data.ImageSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * Classification of images as they are.
 *
 * @param batch images in a mini-batch
 */
public record ImageTask(ImageSet training, ImageSet test, int batch) implements Task {
  private static final int EVALUATION_BATCH = 250;

  @Override
  public DataSetIterator epoch(long seed, int epoch) {
    return training.shuffled(batch, seed, epoch);
  }

  @Override
  public int iterationsPerEpoch() {
    return (training.count() + batch - 1) / batch;
  }

  @Override
  public double accuracy(ComputationGraph network) {
    return network.evaluate(test.batches(EVALUATION_BATCH)).accuracy();
  }
}
