package org.dl4jtt.layers.impl;

import static java.util.Objects.requireNonNull;
import static org.dl4jtt.internal.Check.state;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.contraction.Scratch;
import org.dl4jtt.layers.CoreParamInitializer;
import org.dl4jtt.layers.TensorLayer;
import org.dl4jtt.tensor.TensorForm;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A running layer whose parameters are those of {@link CoreParamInitializer}: the cores of one
 * weight, and a bias or none.
 */
abstract class CoreLayer<C extends FeedForwardLayer & TensorLayer> extends BaseLayer<C> {

  CoreLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  final TensorForm form() {
    return requireNonNull(layerConf().getForm()); // its parameters have been made
  }

  /** The cores, with weight noise if there is any. */
  final List<INDArray> cores(boolean training, LayerWorkspaceMgr workspaces) {
    return CoreParamInitializer.coreNames(form().order()).stream()
        .map(name -> getParamWithNoise(name, training, workspaces))
        .toList();
  }

  final INDArray bias(boolean training, LayerWorkspaceMgr workspaces) {
    return getParamWithNoise(CoreParamInitializer.BIAS, training, workspaces);
  }

  /** Where the cores' gradients go; {@code gradient} is told of them. */
  final List<INDArray> coreGradients(Gradient gradient) {
    List<INDArray> views = new ArrayList<>();
    for (String name : CoreParamInitializer.coreNames(form().order())) {
      views.add(gradientView(name, gradient));
    }
    return views;
  }

  /** Where the gradient of the bias goes, which the layer has; {@code gradient} is told of it. */
  final INDArray biasGradient(Gradient gradient) {
    return gradientView(CoreParamInitializer.BIAS, gradient);
  }

  private INDArray gradientView(String name, Gradient gradient) {
    INDArray view = requireNonNull(gradientViews.get(name));
    gradient.setGradientFor(name, view, 'c');
    return view;
  }

  /** Arrays of this place in the network's workspaces. */
  static Scratch scratch(ArrayType place, LayerWorkspaceMgr workspaces) {
    return (dataType, shape) -> workspaces.createUninitialized(place, dataType, shape, 'c');
  }

  /** True if the activation function is the identity. */
  final boolean isLinear() {
    return layerConf().getActivationFn() instanceof ActivationIdentity;
  }

  @Override
  public final boolean hasBias() {
    return layerConf().hasBias();
  }

  @Override
  public final boolean isPretrainLayer() {
    return false;
  }

  /** The flat order of the parameters is 'c', where {@link BaseLayer} assumes 'f'. */
  @Override
  public final void setParams(INDArray params) {
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
