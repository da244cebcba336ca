package org.dl4jtt.tool.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** Examples in a given order, batch by batch. */
final class Batches implements DataSetIterator {
  private static final long serialVersionUID = 1;

  private final transient Feed feed;
  private final int[] order;
  private final int size;
  private int next;

  Batches(Feed feed, int[] order, int size) {
    this.feed = feed;
    this.order = order;
    this.size = size;
  }

  @Override
  public boolean hasNext() {
    return next < order.length;
  }

  @Override
  public DataSet next() {
    return next(size);
  }

  @Override
  public DataSet next(int n) {
    if (!hasNext()) {
      throw new NoSuchElementException("no more examples");
    }
    int end = Math.min(order.length, next + n);
    int[] indices = Arrays.copyOfRange(order, next, end);
    next = end;
    try {
      return feed.dataSet(indices);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void reset() {
    next = 0;
  }

  @Override
  public boolean resetSupported() {
    return true;
  }

  @Override
  public boolean asyncSupported() {
    return true;
  }

  @Override
  public int batch() {
    return size;
  }

  @Override
  public int inputColumns() {
    return Math.toIntExact(feed.inputSize());
  }

  @Override
  public int totalOutcomes() {
    return feed.output().classes();
  }

  @Override
  public List<String> getLabels() {
    return feed.labels();
  }

  @Override
  public @Nullable DataSetPreProcessor getPreProcessor() {
    return null;
  }

  @Override
  public void setPreProcessor(DataSetPreProcessor preProcessor) {
    throw new UnsupportedOperationException("the model's own normalizer is applied");
  }
}
