package org.dl4jtt.compress;

import static org.dl4jtt.internal.Check.argument;
import static org.dl4jtt.internal.Check.present;

import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * The training data, epoch by epoch. A run that was killed and resumed ends in the weights of one
 * that was not, bit for bit, if the mini-batches of an epoch depend on its number alone: shuffle
 * and augment with {@code new Random(seed + epoch)} or the like. Otherwise it is resumed
 * approximately: no epoch is lost, but the order of the data is another.
 */
@FunctionalInterface
public interface EpochData {
  /**
   * The mini-batches of one epoch, at their start.
   *
   * @param epoch number of the epoch in this run, from 0, counted through all stages that train
   */
  MultiDataSetIterator epoch(int epoch);

  /** The same iterator for every epoch, reset before each. */
  static EpochData of(MultiDataSetIterator iterator) {
    present(iterator, "the iterator of the training data is null");
    return epoch -> {
      iterator.reset();
      return iterator;
    };
  }

  /** The same iterator for every epoch, reset before each. */
  static EpochData of(DataSetIterator iterator) {
    present(iterator, "the iterator of the training data is null");
    return of(new MultiDataSetIteratorAdapter(iterator));
  }

  /**
   * An iterator for each epoch.
   *
   * @param epochs from the number of an epoch to its mini-batches
   */
  static EpochData ofDataSets(IntFunction<DataSetIterator> epochs) {
    present(epochs, "the function from epochs to their mini-batches is null");
    return epoch ->
        new MultiDataSetIteratorAdapter(
            present(epochs.apply(epoch), "the training data gives null for epoch %d", epoch + 1));
  }

  /**
   * Examples held in memory, in an order of its own for each epoch, which follows from seed and
   * number of the epoch.
   *
   * @param examples are copied for each epoch, and stay as they are
   * @param batchSize of a mini-batch; the last of an epoch may be smaller
   */
  static EpochData shuffled(DataSet examples, int batchSize, long seed) {
    argument(batchSize >= 1, "batchSize is %d; it must be 1 or more", batchSize);
    return new ShuffledExamples(examples, batchSize, seed);
  }

  /**
   * Returns the same epochs with every mini-batch changed before it is trained on.
   *
   * @param change depends on its mini-batch alone
   */
  default EpochData changed(UnaryOperator<MultiDataSet> change) {
    return epoch -> new ChangedIterator(epoch(epoch), change);
  }
}
