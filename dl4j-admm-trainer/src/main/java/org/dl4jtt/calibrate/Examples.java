package org.dl4jtt.calibrate;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The first examples that an iterator gives, copied, in batches.
 *
 * @param batches of {@value #BATCH} examples at most
 */
record Examples(List<MultiDataSet> batches) {
  private static final int BATCH = 64;

  /** At most so many examples. */
  static Examples of(DataSetIterator data, int count) {
    if (data.resetSupported()) {
      data.reset();
    }
    return of(
        () -> {
          if (!data.hasNext()) {
            return null;
          }
          DataSet batch = data.next();
          return new org.nd4j.linalg.dataset.MultiDataSet(
              one(batch.getFeatures()),
              one(batch.getLabels()),
              one(batch.getFeaturesMaskArray()),
              one(batch.getLabelsMaskArray()));
        },
        count);
  }

  /** At most so many examples. */
  static Examples of(MultiDataSetIterator data, int count) {
    if (data.resetSupported()) {
      data.reset();
    }
    return of(() -> data.hasNext() ? data.next() : null, count);
  }

  private static INDArray @Nullable [] one(@Nullable INDArray array) {
    return array == null ? null : new INDArray[] {array};
  }

  private static Examples of(Supplier<@Nullable MultiDataSet> next, int count) {
    List<MultiDataSet> batches = new ArrayList<>();
    int left = count;
    for (MultiDataSet batch = next.get(); batch != null; batch = next.get()) {
      check(batch, count - left);
      int examples = (int) Math.min(left, batch.getFeatures(0).size(0));
      for (int from = 0; from < examples; from += BATCH) {
        batches.add(part(batch, from, Math.min(examples, from + BATCH)));
      }
      left -= examples;
      if (left == 0) {
        break;
      }
    }
    argument(
        !batches.isEmpty(),
        "the data gave no examples; a calibration needs some, a few hundred do");
    return new Examples(List.copyOf(batches));
  }

  private static void check(MultiDataSet batch, int before) {
    argument(
        batch.getFeatures() != null && batch.getFeatures().length > 0,
        "the batch after %d examples has no features",
        before);
    for (INDArray features : batch.getFeatures()) {
      argument(
          Double.isFinite(
              features
                  .castTo(org.nd4j.linalg.api.buffer.DataType.DOUBLE)
                  .norm1Number()
                  .doubleValue()),
          "the examples after the first %d hold NaN or infinity; leave them out",
          before);
    }
  }

  private static MultiDataSet part(MultiDataSet batch, long from, long to) {
    return new org.nd4j.linalg.dataset.MultiDataSet(
        part(batch.getFeatures(), from, to),
        part(batch.getLabels(), from, to),
        part(batch.getFeaturesMaskArrays(), from, to),
        part(batch.getLabelsMaskArrays(), from, to));
  }

  private static INDArray @Nullable [] part(INDArray @Nullable [] arrays, long from, long to) {
    if (arrays == null) {
      return null;
    }
    INDArray[] parts = new INDArray[arrays.length];
    for (int i = 0; i < arrays.length; i++) {
      INDArray array = arrays[i];
      if (array != null) {
        INDArrayIndex[] index = new INDArrayIndex[array.rank()];
        Arrays.fill(index, NDArrayIndex.all());
        index[0] = NDArrayIndex.interval(from, to);
        parts[i] = array.get(index).dup('c').reshape('c', shape(array, to - from));
      }
    }
    return parts;
  }

  private static long[] shape(INDArray array, long examples) {
    long[] shape = array.shape().clone();
    shape[0] = examples;
    return shape;
  }

  /** How many. */
  int count() {
    return batches.stream().mapToInt(b -> (int) b.getFeatures(0).size(0)).sum();
  }

  /** The shapes of the first batch's features, for messages. */
  String shapes() {
    return Arrays.stream(batches.get(0).getFeatures())
        .map(f -> Arrays.toString(f.shape()))
        .toList()
        .toString();
  }
}
