package org.dl4jtt.compress;

import static org.dl4jtt.internal.Check.present;
import static org.dl4jtt.internal.Check.state;

import org.dl4jtt.internal.FiniteNumbers;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * Training data that is looked at on its way: an epoch without a mini-batch, and a mini-batch with
 * NaN or infinity in it, end the run with an error that names the data.
 */
record CheckedEpochs(EpochData data) implements EpochData {

  @Override
  public MultiDataSetIterator epoch(int epoch) {
    MultiDataSetIterator batches =
        present(data.epoch(epoch), "the training data gives null for epoch %d", epoch + 1);
    state(
        batches.hasNext(),
        "epoch %d has no mini-batch, so nothing can be trained in it: the data is empty, or an"
            + " iterator cannot be read twice",
        epoch + 1);
    return new ChangedIterator(batches, new Epoch(epoch + 1)::checked, true);
  }

  /** Counts mini-batches, from 1. */
  private static final class Epoch {
    private final int epoch;
    private int number;

    Epoch(int epoch) {
      this.epoch = epoch;
    }

    MultiDataSet checked(MultiDataSet batch) {
      number++;
      present(batch, "mini-batch %d of epoch %d is null", number, epoch);
      check(batch.getFeatures(), "features");
      check(batch.getLabels(), "labels");
      return batch;
    }

    private void check(@Nullable INDArray @Nullable [] arrays, String name) {
      state(
          arrays != null && arrays.length > 0,
          "mini-batch %d of epoch %d has no %s",
          number,
          epoch,
          name);
      state(
          FiniteNumbers.in(arrays),
          "the %s of mini-batch %d of epoch %d are not finite: they hold NaN or infinity; mend the"
              + " data",
          name,
          number,
          epoch);
    }
  }
}
