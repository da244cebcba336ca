package org.dl4jtt.contraction;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Intermediates of a forward pass that its backward pass uses again. */
public final class Tape {
  private final List<INDArray> states;

  Tape(List<INDArray> states) {
    this.states = states;
  }

  List<INDArray> states() {
    return states;
  }
}
