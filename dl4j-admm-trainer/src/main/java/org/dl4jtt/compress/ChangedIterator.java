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

  ChangedIterator(MultiDataSetIterator data, UnaryOperator<MultiDataSet> change) {
    this.data = data;
    this.change = change;
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

  /** Returns false: a teacher would compute in a second thread while the network trains. */
  @Override
  public boolean asyncSupported() {
    return false;
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
