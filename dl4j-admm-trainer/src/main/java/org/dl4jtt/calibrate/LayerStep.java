package org.dl4jtt.calibrate;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer with its preprocessor. */
class LayerStep extends Step {
  private final Layer layer;
  private final @Nullable InputPreProcessor preProcessor;
  private int examples;

  LayerStep(LayerVertex vertex) {
    super(vertex);
    layer = vertex.getLayer();
    preProcessor = vertex.getLayerPreProcessor();
  }

  Layer layer() {
    return layer;
  }

  @Override
  final INDArray forward(@Nullable INDArray mask, INDArray... inputs) {
    return activate(preProcessed(inputs[0]), steps(mask));
  }

  /** Takes the input in as {@link #forward} does, without computing an output if it can. */
  final void look(@Nullable INDArray mask, INDArray input) {
    see(preProcessed(input), steps(mask));
  }

  private INDArray preProcessed(INDArray input) {
    examples = (int) input.size(0);
    INDArray x = input.dup();
    return preProcessor == null ? x : preProcessor.preProcess(x, examples, Scratch.arrays());
  }

  private @Nullable INDArray steps(@Nullable INDArray mask) {
    if (mask == null || preProcessor == null) {
      return mask;
    }
    var passed = preProcessor.feedForwardMaskArray(mask, MaskState.Active, examples);
    return passed == null ? null : passed.getFirst();
  }

  @Override
  final @Nullable INDArray[] backward(@Nullable INDArray epsilon) {
    INDArray passed = passBack(epsilon == null ? null : epsilon.dup());
    if (passed != null && preProcessor != null) {
      passed = preProcessor.backprop(passed, examples, Scratch.arrays());
    }
    return new INDArray[] {passed};
  }

  /**
   * The layer's output.
   *
   * @param x behind the preprocessor
   */
  INDArray activate(INDArray x, @Nullable INDArray mask) {
    layer.setInput(x, Scratch.arrays());
    return Scratch.run(manager -> layer.activate(false, manager));
  }

  /** Remembers x, for those who ask what was seen. */
  void see(INDArray x, @Nullable INDArray mask) {
    activate(x, mask);
  }

  /** The gradient at x. */
  @Nullable INDArray passBack(@Nullable INDArray epsilon) {
    return Scratch.run(manager -> layer.backpropGradient(epsilon, manager).getSecond());
  }

  @Override
  void clear() {
    layer.clear();
  }
}
