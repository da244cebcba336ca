package org.dl4jtt.compress;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.MultiDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/** Data whose labels are mixed with a teacher's outputs. */
final class DistilledIterator implements MultiDataSetIterator {
  private final MultiDataSetIterator data;
  private final Distillation distillation;

  DistilledIterator(MultiDataSetIterator data, Distillation distillation) {
    this.data = data;
    this.distillation = distillation;
  }

  @Override
  public boolean hasNext() {
    return data.hasNext();
  }

  @Override
  public MultiDataSet next() {
    return distillation.labels(data.next());
  }

  @Override
  public MultiDataSet next(int examples) {
    return distillation.labels(data.next(examples));
  }

  @Override
  public boolean resetSupported() {
    return data.resetSupported();
  }

  @Override
  public void reset() {
    data.reset();
  }

  /** False: the teacher would compute in a second thread while the network trains. */
  @Override
  public boolean asyncSupported() {
    return false;
  }

  @Override
  public void setPreProcessor(@Nullable MultiDataSetPreProcessor preProcessor) {
    data.setPreProcessor(preProcessor); // before the teacher sees the data
  }

  @Override
  public @Nullable MultiDataSetPreProcessor getPreProcessor() {
    return data.getPreProcessor();
  }
}
