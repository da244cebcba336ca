package org.dl4jtt.compress;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * Examples in memory, shuffled anew for each epoch by its number. What changes them, such as a
 * teacher, sees each example once and not once an epoch.
 */
final class ShuffledExamples implements EpochData {
  private final DataSet examples;
  private final int batchSize;
  private final long seed;

  ShuffledExamples(DataSet examples, int batchSize, long seed) {
    this.examples = examples;
    this.batchSize = batchSize;
    this.seed = seed;
  }

  @Override
  public MultiDataSetIterator epoch(int epoch) {
    DataSet copy = examples.copy();
    copy.shuffle(new SplittableRandom(seed + epoch).nextLong());
    return new MultiDataSetIteratorAdapter(new ExistingDataSetIterator(copy.batchBy(batchSize)));
  }

  @Override
  public EpochData changed(UnaryOperator<MultiDataSet> change) {
    List<DataSet> changed = new ArrayList<>();
    for (DataSet batch : examples.batchBy(batchSize)) {
      MultiDataSet made = change.apply(batch.toMultiDataSet());
      changed.add(
          new DataSet(
              made.getFeatures(0),
              made.getLabels(0),
              batch.getFeaturesMaskArray(),
              batch.getLabelsMaskArray()));
    }
    return new ShuffledExamples(DataSet.merge(changed), batchSize, seed);
  }
}
