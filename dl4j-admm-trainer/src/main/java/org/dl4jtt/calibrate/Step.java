package org.dl4jtt.calibrate;

import java.util.Objects;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A vertex of a working copy, run by itself: forward as in inference, and back. */
class Step {
  private final GraphVertex vertex;

  Step(GraphVertex vertex) {
    this.vertex = vertex;
  }

  GraphVertex vertex() {
    return vertex;
  }

  String name() {
    return vertex.getVertexName();
  }

  /**
   * Computes the output.
   *
   * @param mask what hides steps of the first input, or null
   * @param inputs not changed
   */
  INDArray forward(@Nullable INDArray mask, INDArray... inputs) {
    for (int i = 0; i < inputs.length; i++) {
      vertex.setInput(i, inputs[i].dup(), Scratch.arrays()); // some vertices work in place
    }
    return Scratch.run(manager -> vertex.doForward(false, manager));
  }

  /**
   * The loss' gradient at the inputs, after {@link #forward} on the same ones.
   *
   * @param epsilon the gradient at the output; null where a loss stands
   * @return null where an input passes nothing on
   */
  @Nullable INDArray[] backward(@Nullable INDArray epsilon) {
    vertex.setEpsilon(Objects.requireNonNull(epsilon, "a vertex without a gradient").dup());
    return Scratch.run(manager -> vertex.doBackward(false, manager).getSecond());
  }

  /** Forgets what {@link #forward} left behind. */
  void clear() {
    vertex.clear();
  }
}
