package org.dl4jtt.calibrate;

import org.deeplearning4j.nn.api.Layer;
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
    examples = (int) inputs[0].size(0);
    INDArray x = inputs[0].dup();
    INDArray steps = mask;
    if (preProcessor != null) {
      x = preProcessor.preProcess(x, examples, DETACHED);
      if (mask != null) {
        var passed =
            preProcessor.feedForwardMaskArray(
                mask, org.deeplearning4j.nn.api.MaskState.Active, examples);
        steps = passed == null ? null : passed.getFirst();
      }
    }
    return activate(x, steps);
  }

  @Override
  final @Nullable INDArray[] backward(@Nullable INDArray epsilon) {
    INDArray passed = passBack(epsilon == null ? null : epsilon.dup());
    if (passed != null && preProcessor != null) {
      passed = preProcessor.backprop(passed, examples, DETACHED);
    }
    return new INDArray[] {passed};
  }

  /**
   * The layer's output.
   *
   * @param x behind the preprocessor
   */
  INDArray activate(INDArray x, @Nullable INDArray mask) {
    layer.setInput(x, DETACHED);
    return layer.activate(false, DETACHED);
  }

  /** The gradient at x. */
  @Nullable INDArray passBack(@Nullable INDArray epsilon) {
    return layer.backpropGradient(epsilon, DETACHED).getSecond();
  }

  @Override
  void clear() {
    layer.clear();
  }
}
