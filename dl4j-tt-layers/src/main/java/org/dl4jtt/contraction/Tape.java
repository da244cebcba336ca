package org.dl4jtt.contraction;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Intermediates of a forward pass that its backward pass uses again. */
public final class Tape {
  private final MatrixPlan plan;
  private final List<INDArray> states = new ArrayList<>();
  private final List<INDArray> groups = new ArrayList<>();
  private final Map<Merge, INDArray> merged = new HashMap<>();
  private boolean taken;

  Tape(MatrixPlan plan) {
    this.plan = plan;
  }

  MatrixPlan plan() {
    return plan;
  }

  /** What each step read. */
  List<INDArray> states() {
    return states;
  }

  /** The same, to be overwritten by the caller. */
  List<INDArray> take() {
    argument(!taken, "a tape is for one backward pass; run forward again, or give null");
    taken = true;
    return states;
  }

  /** Each step's merged cores, in the step's order. */
  List<INDArray> groups() {
    return groups;
  }

  /** What the merges multiplied: a merge has no equals(), so these are keys by identity. */
  Map<Merge, INDArray> merged() {
    return merged;
  }
}
