package org.dl4jtt.compress;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.MultiDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/** Data whose mini-batches are changed one by one before they are trained on. */
final class ChangedIterator implements MultiDataSetIterator {
  private final MultiDataSetIterator data;
  private final UnaryOperator<MultiDataSet> change;
  private final boolean async;

  /** Changes mini-batches on the thread that trains: networks compute on one. */
  ChangedIterator(MultiDataSetIterator data, UnaryOperator<MultiDataSet> change) {
    this(data, change, false);
  }

  /** Changes mini-batches, ahead of the training if {@code async} and the data allow it. */
  ChangedIterator(MultiDataSetIterator data, UnaryOperator<MultiDataSet> change, boolean async) {
    this.data = data;
    this.change = change;
    this.async = async;
  }

  @Override
  public boolean hasNext() {
    return data.hasNext();
  }

  @Override
  public MultiDataSet next() {
    return change.apply(data.next());
  }

  @Override
  public MultiDataSet next(int examples) {
    return change.apply(data.next(examples));
  }

  @Override
  public boolean resetSupported() {
    return data.resetSupported();
  }

  @Override
  public void reset() {
    data.reset();
  }

  /** Returns false unless asked for: a teacher must not compute while the network trains. */
  @Override
  public boolean asyncSupported() {
    return async && data.asyncSupported();
  }

  @Override
  public void setPreProcessor(@Nullable MultiDataSetPreProcessor preProcessor) {
    data.setPreProcessor(preProcessor); // before the change
  }

  @Override
  public @Nullable MultiDataSetPreProcessor getPreProcessor() {
    return data.getPreProcessor();
  }
}
