package org.dl4jtt.contraction;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Where intermediates are allocated: a workspace in a layer, anywhere in a test. */
@FunctionalInterface
public interface Scratch {
  /** A 'c'-ordered array with arbitrary contents. */
  INDArray allocate(DataType dataType, long... shape);
}
