package org.dl4jtt.examples.data;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Labelled sequences of different lengths; batches are [n, size, longest] with a mask [n, longest]
 * and one-hot labels [n, classes].
 */
public final class SequenceSet {
  /**
   * One of them.
   *
   * @param steps in the order of time
   */
  public record Sequence(List<float[]> steps, int label) {}

  private final List<Sequence> sequences;
  private final int classes;

  /**
   * @param sequences at least one, all of the same size
   */
  public SequenceSet(List<Sequence> sequences, int classes) {
    argument(!sequences.isEmpty(), "a set of no sequences");
    this.sequences = List.copyOf(sequences);
    this.classes = classes;
  }

  /** The number of sequences. */
  public int count() {
    return sequences.size();
  }

  /** Numbers in a step. */
  public int size() {
    return sequences.get(0).steps().get(0).length;
  }

  /** The number of classes. */
  public int classes() {
    return classes;
  }

  /** Batches in this order. */
  public DataSetIterator batches(int batch) {
    return iterator(sequences, batch);
  }

  /** Batches in an order that depends on nothing but {@code seed} and {@code epoch}. */
  public DataSetIterator shuffled(int batch, long seed, int epoch) {
    List<Sequence> order = new ArrayList<>(sequences);
    Collections.shuffle(order, new Random(31 * seed + epoch));
    return iterator(order, batch);
  }

  private DataSetIterator iterator(List<Sequence> order, int batch) {
    List<DataSet> batches = new ArrayList<>();
    for (int start = 0; start < order.size(); start += batch) {
      batches.add(dataSet(order.subList(start, Math.min(order.size(), start + batch))));
    }
    return new ExistingDataSetIterator(batches);
  }

  private DataSet dataSet(List<Sequence> part) {
    int longest = part.stream().mapToInt(s -> s.steps().size()).max().orElseThrow();
    int size = size();
    float[] x = new float[part.size() * size * longest];
    float[] mask = new float[part.size() * longest];
    float[] y = new float[part.size() * classes];
    for (int n = 0; n < part.size(); n++) {
      Sequence sequence = part.get(n);
      for (int t = 0; t < sequence.steps().size(); t++) {
        mask[n * longest + t] = 1;
        for (int i = 0; i < size; i++) {
          x[(n * size + i) * longest + t] = sequence.steps().get(t)[i];
        }
      }
      y[n * classes + sequence.label()] = 1;
    }
    INDArray features = Nd4j.create(x, new long[] {part.size(), size, longest}, 'c');
    INDArray labels = Nd4j.create(y, new long[] {part.size(), classes}, 'c');
    return new DataSet(
        features, labels, Nd4j.create(mask, new long[] {part.size(), longest}, 'c'), null);
  }
}
