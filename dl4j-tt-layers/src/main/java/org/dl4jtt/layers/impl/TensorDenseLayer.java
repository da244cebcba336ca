package org.dl4jtt.layers.impl;

import static org.dl4jtt.tensor.Check.state;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.contraction.MatrixContraction;
import org.dl4jtt.contraction.MatrixPlan;
import org.dl4jtt.contraction.Path;
import org.dl4jtt.contraction.Scratch;
import org.dl4jtt.contraction.Tape;
import org.dl4jtt.layers.CoreParamInitializer;
import org.dl4jtt.layers.TensorDense;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The running dense layer in tensor form: {@code z = W x + b}, {@code y = f(z)}.
 *
 * <p>Between a forward pass in training and its backward pass it keeps z and the contraction's
 * intermediates, in the workspace of the activations; where they are gone (a frozen layer runs
 * forward as in inference), backward computes them again.
 */
public final class TensorDenseLayer extends BaseLayer<TensorDense> {
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

  private TensorForm form() {
    return Objects.requireNonNull(layerConf().getForm());
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
      contraction.addBias(getParamWithNoise(CoreParamInitializer.BIAS, training, workspaces), z);
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

    List<INDArray> coreGradients = new ArrayList<>();
    for (String name : CoreParamInitializer.coreNames(form().order())) {
      INDArray view = gradientViews.get(name);
      coreGradients.add(view);
      gradient.setGradientFor(name, view, 'c');
    }
    INDArray x = checkedInput();
    INDArray xGradient =
        workspaces.createUninitialized(
            ArrayType.ACTIVATION_GRAD, dataType, x.shape(), MatrixContraction.orderFor(x));
    contraction.backward(
        cores(true, workspaces), x, delta, tape, coreGradients, xGradient, scratch);
    if (hasBias()) {
      INDArray biasGradient = Objects.requireNonNull(gradientViews.get(CoreParamInitializer.BIAS));
      contraction.biasGradient(delta, biasGradient);
      gradient.setGradientFor(CoreParamInitializer.BIAS, biasGradient, 'c');
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

  private List<INDArray> cores(boolean training, LayerWorkspaceMgr workspaces) {
    return CoreParamInitializer.coreNames(form().order()).stream()
        .map(name -> getParamWithNoise(name, training, workspaces))
        .toList();
  }

  private static Scratch scratch(ArrayType type, LayerWorkspaceMgr workspaces) {
    return (dataType, shape) -> workspaces.createUninitialized(type, dataType, shape, 'c');
  }

  private void mask(INDArray array) {
    if (maskArray != null) {
      applyMask(array);
    }
  }

  private boolean isLinear() {
    return layerConf().getActivationFn() instanceof ActivationIdentity;
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

  @Override
  public boolean hasBias() {
    return layerConf().hasBias();
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  /** The flat order of the parameters is 'c', where {@link BaseLayer} assumes 'f'. */
  @Override
  public void setParams(INDArray params) {
    state(
        params.length() == numParams(),
        "%d parameters given, the layer has %d",
        params.length(),
        numParams());
    if (params != paramsFlattened) {
      setParams(params, 'c');
    }
  }
}
