package org.dl4jtt.layers.impl;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.contraction.MatrixContraction;
import org.dl4jtt.contraction.MatrixPlan;
import org.dl4jtt.contraction.Path;
import org.dl4jtt.contraction.Scratch;
import org.dl4jtt.contraction.Tape;
import org.dl4jtt.layers.TensorDense;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The running dense layer in tensor form: {@code z = W x + b}, {@code y = f(z)}.
 *
 * <p>Between a forward pass in training and its backward pass it keeps z and the contraction's
 * intermediates, in the workspace of the activations; where they are gone (a frozen layer runs
 * forward as in inference), backward computes them again.
 */
public final class TensorDenseLayer extends CoreLayer<TensorDense> {
  private transient MatrixContraction contraction;
  private transient @Nullable INDArray linear;
  private transient @Nullable Tape tape;

  /** Called by the configuration. */
  public TensorDenseLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    this.contraction = MatrixContraction.of(form());
  }

  /**
   * Multiplies along this path whatever its predicted cost.
   *
   * @param path null: the cheapest for each batch again
   */
  public void pinPlan(@Nullable Path path) {
    MatrixContraction free = MatrixContraction.of(form());
    contraction = path == null ? free : free.pinned(path);
    forget();
  }

  /** The plan for an input [batch, nIn]. */
  public MatrixPlan plan(INDArray x, boolean forTraining) {
    return contraction.plan(x.size(0), MatrixContraction.orderFor(x), forTraining);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    forget();
    INDArray z = linear(training, ArrayType.ACTIVATIONS, workspaces);
    if (training) {
      // The activation function works in place; z itself is what its derivative needs.
      linear = isLinear() ? z : workspaces.dup(ArrayType.ACTIVATIONS, z, z.ordering());
    }
    INDArray y = layerConf().getActivationFn().getActivation(z, training);
    mask(y);
    return y;
  }

  /** z = W x + b, of the order that suits x. */
  private INDArray linear(boolean training, ArrayType result, LayerWorkspaceMgr workspaces) {
    assertInputSet(training);
    applyDropOutIfNecessary(training, workspaces);
    INDArray x = checkedInput();
    INDArray z =
        workspaces.createUninitialized(
            result,
            dataType,
            new long[] {x.size(0), layerConf().getNOut()},
            MatrixContraction.orderFor(x));
    ArrayType kept = training ? result : ArrayType.FF_WORKING_MEM;
    Tape used =
        contraction.forward(cores(training, workspaces), x, z, training, scratch(kept, workspaces));
    tape = training ? used : null;
    if (hasBias()) {
      contraction.addBias(bias(training, workspaces), z);
    }
    mask(z);
    return z;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    if (linear == null) {
      linear = linear(true, ArrayType.BP_WORKING_MEM, workspaces);
    }
    INDArray delta = layerConf().getActivationFn().backprop(linear, epsilon).getFirst();
    mask(delta);
    Scratch scratch = scratch(ArrayType.BP_WORKING_MEM, workspaces);
    Gradient gradient = new DefaultGradient();

    List<INDArray> coreGradients = coreGradients(gradient);
    INDArray x = checkedInput();
    INDArray xGradient =
        workspaces.createUninitialized(
            ArrayType.ACTIVATION_GRAD, dataType, x.shape(), MatrixContraction.orderFor(x));
    contraction.backward(
        cores(true, workspaces), x, delta, tape, coreGradients, xGradient, scratch);
    if (hasBias()) {
      contraction.biasGradient(delta, biasGradient(gradient));
    }

    weightNoiseParams.clear();
    forget();
    return new Pair<>(gradient, backpropDropOutIfPresent(xGradient));
  }

  private INDArray checkedInput() {
    INDArray x = input.castTo(dataType);
    if (x.rank() != 2 || x.size(1) != layerConf().getNIn()) {
      throw new DL4JInvalidInputException(
          "Input of shape "
              + Arrays.toString(x.shape())
              + " given to a layer that takes [batch, "
              + layerConf().getNIn()
              + "]; missing preprocessor or wrong input type? "
              + layerId());
    }
    return x;
  }

  private void mask(INDArray array) {
    if (maskArray != null) {
      applyMask(array);
    }
  }

  private void forget() {
    linear = null;
    tape = null;
  }

  @Override
  public void clear() {
    super.clear();
    forget();
  }
}
