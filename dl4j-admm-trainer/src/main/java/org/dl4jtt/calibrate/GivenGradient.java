package org.dl4jtt.calibrate;

import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A loss whose gradient is handed in as the labels: an output layer with it passes back any
 * gradient at its linear output.
 */
final class GivenGradient implements ILossFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
    return labels.dup();
  }

  @Override
  public double computeScore(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask, boolean average) {
    throw new UnsupportedOperationException("only a gradient is given, not a loss");
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    throw new UnsupportedOperationException("only a gradient is given, not a loss");
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask, boolean average) {
    throw new UnsupportedOperationException("only a gradient is given, not a loss");
  }

  @Override
  public String name() {
    return "given gradient";
  }
}
