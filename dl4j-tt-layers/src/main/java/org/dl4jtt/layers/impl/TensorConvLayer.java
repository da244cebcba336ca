package org.dl4jtt.layers.impl;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.ConvolutionUtils;
import org.dl4jtt.contraction.ConvContraction;
import org.dl4jtt.contraction.ConvGeometry;
import org.dl4jtt.contraction.ConvGeometry.Extent;
import org.dl4jtt.contraction.ConvPlan;
import org.dl4jtt.contraction.Scratch;
import org.dl4jtt.internal.LruCache;
import org.dl4jtt.internal.onednn.Copy;
import org.dl4jtt.internal.onednn.ImageLayer;
import org.dl4jtt.internal.onednn.Images;
import org.dl4jtt.internal.onednn.OneDnn;
import org.dl4jtt.internal.onednn.ReluGradient;
import org.dl4jtt.layers.TensorConv;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The running convolution in tensor form: {@code z = W * x + b}, {@code y = f(z)}.
 *
 * <p>Between a forward pass in training and its backward pass it keeps z and the contraction's
 * intermediates, in the workspace of the activations; where they are gone (a frozen layer runs
 * forward as in inference), backward computes them again.
 */
public final class TensorConvLayer extends CoreLayer<TensorConv> implements ImageLayer {
  private transient LruCache<List<Long>, ConvContraction> training = new LruCache<>();
  private transient LruCache<List<Long>, ConvContraction> inference = new LruCache<>();
  private transient ConvPlan.@Nullable Kind pinned;
  private transient boolean outputLast;
  private transient boolean gradientAsInput = true;
  private transient @Nullable INDArray linearOutput;
  private transient ConvContraction.@Nullable Intermediates intermediates;

  /** Called by the configuration. */
  public TensorConvLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  /**
   * Uses this kind of plan whatever its predicted cost.
   *
   * @param kind null: the cheapest again
   */
  public void pinPlan(ConvPlan.@Nullable Kind kind) {
    pinned = kind;
    training = new LruCache<>();
    inference = new LruCache<>();
  }

  /** The plan for an input of this shape. */
  public ConvPlan plan(INDArray x, boolean forTraining) {
    return contraction(x, forTraining).plan();
  }

  private ConvContraction contraction(INDArray x, boolean forTraining) {
    List<Long> shape = Arrays.stream(x.shape()).boxed().toList();
    return (forTraining ? training : inference)
        .get(shape, key -> new ConvContraction(newPlan(geometry(x), forTraining)));
  }

  private ConvPlan newPlan(ConvGeometry geometry, boolean forTraining) {
    return pinned == null
        ? ConvPlan.cheapest(form(), geometry, forTraining)
        : ConvPlan.of(pinned, form(), geometry, forTraining);
  }

  private ConvGeometry geometry(INDArray x) {
    long[] shape = x.shape();
    TensorConv conf = layerConf();
    boolean last = channelsLast();
    int[] kernel = conf.getKernelSize();
    int[] stride = conf.getStride();
    int[] dilation = conf.getDilation();
    int[] image = last ? ints(shape[1], shape[2]) : ints(shape[2], shape[3]);
    boolean same = conf.getConvolutionMode() == ConvolutionMode.Same;
    // Checks the sizes, too, with DL4J's own messages.
    int[] out =
        ConvolutionUtils.getOutputSize(
            x,
            kernel,
            stride,
            same ? null : conf.getPadding(),
            conf.getConvolutionMode(),
            dilation,
            conf.getCnn2dDataFormat());
    int[] padding =
        same
            ? ConvolutionUtils.getSameModeTopLeftPadding(out, image, kernel, stride, dilation)
            : conf.getPadding();
    return new ConvGeometry(
        (int) shape[0],
        (int) conf.getNIn(),
        (int) conf.getNOut(),
        extent(image),
        extent(kernel),
        extent(stride),
        extent(padding),
        extent(dilation),
        same,
        last);
  }

  private static int[] ints(long a, long b) {
    return new int[] {(int) a, (int) b};
  }

  private static Extent extent(int[] pair) {
    return new Extent(pair[0], pair[1]);
  }

  private boolean channelsLast() {
    return layerConf().getCnn2dDataFormat() == CNN2DFormat.NHWC;
  }

  @Override
  public void channelsLast(boolean output, boolean inputGradient) {
    outputLast = output;
    gradientAsInput = inputGradient;
  }

  @Override
  public INDArray activate(boolean forTraining, LayerWorkspaceMgr workspaces) {
    forget();
    INDArray z = linear(forTraining, ArrayType.ACTIVATIONS, workspaces);
    IActivation f = layerConf().getActivationFn();
    if (!forTraining) {
      return isRelu() ? relu(z, z) : f.getActivation(z, false);
    }
    linearOutput = z;
    if (isLinear()) {
      return z;
    }
    // y is not z: the next layer may add its noise to y in place.
    return isRelu()
        ? relu(z, like(z, ArrayType.ACTIVATIONS, workspaces))
        : f.getActivation(workspaces.dup(ArrayType.ACTIVATIONS, z, 'c'), true);
  }

  /** z = W * x + b. */
  private INDArray linear(boolean forTraining, ArrayType result, LayerWorkspaceMgr workspaces) {
    assertInputSet(forTraining);
    applyDropOutIfNecessary(forTraining, workspaces);
    INDArray x = checkedInput();
    ConvContraction contraction = contraction(x, forTraining);
    boolean last =
        outputLast && contraction.takesChannelsLast(dataType) && (isLinear() || isRelu());
    INDArray z = images(result, contraction.plan().geometry().outputShape(), last, workspaces);
    ArrayType working =
        result == ArrayType.ACTIVATIONS ? ArrayType.FF_WORKING_MEM : ArrayType.BP_WORKING_MEM;
    List<INDArray> cores = cores(forTraining, workspaces);
    INDArray bias = hasBias() ? bias(forTraining, workspaces) : null;
    Scratch buffers = scratch(working, workspaces);
    if (forTraining) {
      intermediates = contraction.forward(cores, bias, x, z, scratch(result, workspaces), buffers);
    } else {
      contraction.infer(cores, bias, x, z, buffers);
    }
    return z;
  }

  /** Images without contents, of a shape that the network's format says. */
  private INDArray images(
      ArrayType place, long[] shape, boolean lastInMemory, LayerWorkspaceMgr workspaces) {
    if (!lastInMemory || channelsLast()) {
      return workspaces.createUninitialized(place, dataType, shape, 'c');
    }
    long[] inMemory = {shape[0], shape[2], shape[3], shape[1]};
    return Images.toNchw(workspaces.createUninitialized(place, dataType, inMemory, 'c'));
  }

  /** Images without contents, of the shape of {@code other} and in its order in memory. */
  private INDArray like(INDArray other, ArrayType place, LayerWorkspaceMgr workspaces) {
    return images(place, other.shape(), !Images.isChannelsFirst(other), workspaces);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    if (linearOutput == null || intermediates == null) {
      linearOutput = linear(true, ArrayType.BP_WORKING_MEM, workspaces);
    }
    INDArray delta =
        delta(Objects.requireNonNull(linearOutput), epsilon.castTo(dataType), workspaces);

    Gradient gradient = new DefaultGradient();
    List<INDArray> coreGradients = coreGradients(gradient);
    INDArray biasGradient = hasBias() ? biasGradient(gradient) : null;
    ConvContraction contraction = contraction(input, true);
    INDArray xGradient =
        images(
            ArrayType.ACTIVATION_GRAD,
            input.shape(),
            gradientAsInput
                && contraction.takesChannelsLast(dataType)
                && Images.isChannelsLast(input),
            workspaces);
    contraction.backward(
        Objects.requireNonNull(intermediates),
        delta,
        xGradient,
        coreGradients,
        biasGradient,
        scratch(ArrayType.BP_WORKING_MEM, workspaces));
    weightNoiseParams.clear();
    forget();
    return new Pair<>(gradient, backpropDropOutIfPresent(xGradient));
  }

  /** The gradient of z. */
  private INDArray delta(INDArray z, INDArray epsilon, LayerWorkspaceMgr workspaces) {
    if (dataType != DataType.FLOAT || !isRelu() || !OneDnn.isAvailable()) {
      return layerConf().getActivationFn().backprop(z, epsilon).getFirst();
    }
    INDArray dy = epsilon;
    if (!Arrays.equals(dy.stride(), z.stride())) {
      dy = Copy.copy(epsilon, like(z, ArrayType.BP_WORKING_MEM, workspaces));
    }
    INDArray delta = like(z, ArrayType.BP_WORKING_MEM, workspaces);
    ReluGradient.run(z, dy, delta);
    return delta;
  }

  /** ReLU without a maximum, a threshold or a slope. */
  private boolean isRelu() {
    return layerConf().getActivationFn() instanceof ActivationReLU relu
        && relu.getMax() == null
        && relu.getThreshold() == null
        && relu.getNegativeSlope() == null;
  }

  /** y = max(z, 0); both lie in the same order in memory. */
  private static INDArray relu(INDArray z, INDArray y) {
    Nd4j.exec(new RectifiedLinear(Images.flat(z), Images.flat(y)));
    return y;
  }

  private INDArray checkedInput() {
    INDArray x = input;
    TensorConv conf = layerConf();
    CNN2DFormat format = conf.getCnn2dDataFormat();
    if (x.rank() != 4 || x.size(channelsLast() ? 3 : 1) != conf.getNIn()) {
      boolean otherFormat = x.rank() == 4 && x.size(channelsLast() ? 1 : 3) == conf.getNIn();
      throw new DL4JInvalidInputException(
          "Input of shape "
              + Arrays.toString(x.shape())
              + " given to a convolution that takes "
              + format.dimensionNames()
              + " with "
              + conf.getNIn()
              + " channels; missing preprocessor or wrong input type? "
              + layerId()
              + (otherFormat ? "\n" + ConvolutionUtils.NCHW_NHWC_ERROR_MSG : ""));
    }
    return x.castTo(dataType);
  }

  private void forget() {
    linearOutput = null;
    intermediates = null;
  }

  @Override
  public void clear() {
    super.clear();
    forget();
  }

  @Override
  public Type type() {
    return Type.CONVOLUTIONAL;
  }

  /** As DL4J's own convolution: the mask is reduced as the image is, and applied elsewhere. */
  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(
      INDArray mask, MaskState state, int minibatchSize) {
    if (mask == null) {
      return new Pair<>(null, state);
    }
    TensorConv conf = layerConf();
    INDArray reduced =
        ConvolutionUtils.cnn2dMaskReduction(
            mask,
            conf.getKernelSize(),
            conf.getStride(),
            conf.getPadding(),
            conf.getDilation(),
            conf.getConvolutionMode());
    return new Pair<>(reduced, state);
  }
}
