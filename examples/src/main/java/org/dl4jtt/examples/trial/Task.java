package org.dl4jtt.examples.trial;

import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.dl4jtt.examples.data.CifarImages;
import org.dl4jtt.examples.data.SequenceSet;
import org.dl4jtt.tool.data.ImageSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** Classification: data to train on, and to judge a network by. Used from several threads. */
public final class Task {
  private static final int IMAGES_AT_ONCE = 250;
  private static final int SEQUENCES_AT_ONCE = 100;

  /** The mini-batches of an epoch; their order depends on seed and epoch alone. */
  @FunctionalInterface
  private interface Epochs {
    DataSetIterator of(long seed, int epoch);
  }

  private final Epochs epochs;
  private final int iterationsPerEpoch;
  private final Supplier<DataSetIterator> test;

  private Task(Epochs epochs, int examples, int batch, Supplier<DataSetIterator> test) {
    this.epochs = epochs;
    this.iterationsPerEpoch = (examples + batch - 1) / batch;
    this.test = test;
  }

  /** Images as they are, in mini-batches of this size. */
  public static Task of(ImageSet training, ImageSet test, int batch) {
    return new Task(
        (seed, epoch) -> training.shuffled(batch, seed, epoch),
        training.count(),
        batch,
        () -> test.batches(IMAGES_AT_ONCE));
  }

  /** CIFAR-10 with augmented training images. */
  public static Task of(CifarImages training, CifarImages test, int batch) {
    return new Task(
        (seed, epoch) -> training.augmented(batch, seed, epoch),
        training.count(),
        batch,
        () -> test.batches(IMAGES_AT_ONCE));
  }

  /** Sequences. */
  public static Task of(SequenceSet training, SequenceSet test, int batch) {
    return new Task(
        (seed, epoch) -> training.shuffled(batch, seed, epoch),
        training.count(),
        batch,
        () -> test.batches(SEQUENCES_AT_ONCE));
  }

  /** The mini-batches of an epoch; their order depends on seed and epoch alone. */
  public DataSetIterator epoch(long seed, int epoch) {
    return epochs.of(seed, epoch);
  }

  /** Mini-batches in an epoch. */
  public int iterationsPerEpoch() {
    return iterationsPerEpoch;
  }

  /** The share of test examples that are classified correctly. */
  public double accuracy(ComputationGraph network) {
    return network.evaluate(test.get()).accuracy();
  }
}
