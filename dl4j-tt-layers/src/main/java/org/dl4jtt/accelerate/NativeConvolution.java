package org.dl4jtt.accelerate;

import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer.AlgoMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer.BwdDataAlgo;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer.BwdFilterAlgo;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer.FwdAlgo;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.ConvolutionHelper;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.ConvolutionUtils;
import org.dl4jtt.contraction.ConvGeometry;
import org.dl4jtt.contraction.ConvGeometry.Extent;
import org.dl4jtt.internal.onednn.ImageLayer;
import org.dl4jtt.internal.onednn.Images;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A stock convolution layer by oneDNN, or by ND4J's operations without it: {@code z = W * x + b},
 * {@code y = f(z)}.
 *
 * <pre>
 *   x  [N, nIn, H, W] or [N, H, W, nIn]     z, y  [N, nOut, H', W'] or [N, H', W', nOut]
 *   W  [nOut, nIn, kH, kW]                  b     [1, nOut]
 * </pre>
 *
 * <p>The layer asks for z again when it propagates back. The forward pass therefore leaves z in the
 * workspace of the activations, and gives it out once more instead of convolving twice.
 */
final class NativeConvolution implements ConvolutionHelper, ImageLayer {
  private final boolean hasBias;
  private final boolean isLinear;
  private final ConvolutionKernel convolution;
  private final Kept kept = new Kept();
  private boolean channelsLastOutput;
  private boolean gradientAsInput = true;
  private @Nullable LayerWorkspaceMgr forwardWorkspaces;
  private @Nullable INDArray forwardInput;

  NativeConvolution(ConvolutionLayer layer, boolean byOneDnn) {
    this(layer, byOneDnn ? new OneDnnConvolution() : new OperationConvolution());
  }

  NativeConvolution(ConvolutionLayer layer, ConvolutionKernel convolution) {
    this.hasBias = layer.hasBias();
    this.isLinear = layer.layerConf().getActivationFn() instanceof ActivationIdentity;
    this.convolution = convolution;
  }

  @Override
  public void channelsLast(boolean output, boolean inputGradient) {
    gradientAsInput = inputGradient;
    // The layer itself differentiates other activation functions, and takes its time with such
    // arrays.
    channelsLastOutput = output && isLinear && convolution.takesChannelsLast();
  }

  /**
   * FLOAT only; oneDNN refuses a dilated convolution, and the layer never renews the weight noise
   * of a helper.
   */
  static boolean supports(ConvolutionLayer layer) {
    if (layer.getClass() != ConvolutionLayer.class) {
      return false; // 1-D and 3-D convolutions, deconvolutions, tensor convolutions: other weights,
      // other paths
    }
    var conf = (org.deeplearning4j.nn.conf.layers.ConvolutionLayer) layer.conf().getLayer();
    for (int dilation : conf.getDilation()) {
      if (dilation != 1) {
        return false;
      }
    }
    return conf.getWeightNoise() == null
        && layer.getParam(ConvolutionParamInitializer.WEIGHT_KEY).dataType() == DataType.FLOAT;
  }

  @Override
  public @Nullable INDArray preOutput(
      INDArray input,
      INDArray weights,
      INDArray bias,
      int[] kernel,
      int[] strides,
      int[] pad,
      AlgoMode mode,
      FwdAlgo fwdAlgo,
      ConvolutionMode convolutionMode,
      int[] dilation,
      CNN2DFormat format,
      LayerWorkspaceMgr workspaces) {
    if (input.dataType() != DataType.FLOAT) {
      return null;
    }
    INDArray again = kept.take(input, workspaces);
    if (again != null) {
      return again;
    }
    // Checks the sizes, too, with DL4J's own messages.
    ConvolutionUtils.getOutputSize(
        input,
        kernel,
        strides,
        convolutionMode == ConvolutionMode.Same ? null : pad,
        convolutionMode,
        dilation,
        format);
    ConvGeometry geometry = geometry(input, weights, strides, pad, convolutionMode, format);
    INDArray z =
        ContiguousArrays.create(
            geometry.outputShape(),
            channelsLastOutput && !geometry.channelsLast(),
            ArrayType.ACTIVATIONS,
            workspaces);
    convolution.forward(
        geometry,
        readable(geometry, input, ArrayType.FF_WORKING_MEM, workspaces),
        weights,
        hasBias ? bias : null,
        z,
        ContiguousArrays.scratch(ArrayType.FF_WORKING_MEM, workspaces));
    forwardInput = input;
    forwardWorkspaces = workspaces;
    if (z.isAttached() && !Images.isChannelsFirst(z)) {
      kept.put(input, z); // the layer does not call activate for such arrays
    }
    return z;
  }

  @Override
  public INDArray activate(INDArray z, IActivation activation, boolean training) {
    INDArray input = forwardInput;
    LayerWorkspaceMgr workspaces = forwardWorkspaces;
    forwardInput = null;
    forwardWorkspaces = null;
    if (!training || input == null || workspaces == null) {
      kept.clear();
      return activation.getActivation(z, training);
    }
    kept.put(input, z);
    if (activation instanceof ActivationIdentity) {
      return z;
    }
    // z must not be y: the next layer may add its noise to y in place.
    if (isPlainRelu(activation)) {
      INDArray y = ContiguousArrays.like(z, ArrayType.ACTIVATIONS, workspaces);
      Nd4j.exec(new RectifiedLinear(Images.flat(z), Images.flat(y)));
      return y;
    }
    return activation.getActivation(workspaces.dup(ArrayType.ACTIVATIONS, z, 'c'), training);
  }

  /** ReLU without a maximum, a threshold or a slope. */
  static boolean isPlainRelu(IActivation activation) {
    return activation instanceof ActivationReLU relu
        && relu.getMax() == null
        && relu.getThreshold() == null
        && relu.getNegativeSlope() == null;
  }

  @Override
  public @Nullable Pair<Gradient, INDArray> backpropGradient(
      INDArray input,
      INDArray weights,
      INDArray bias,
      INDArray delta,
      int[] kernel,
      int[] strides,
      int[] pad,
      INDArray biasGradient,
      INDArray weightGradient,
      IActivation activation,
      AlgoMode mode,
      BwdFilterAlgo filterAlgo,
      BwdDataAlgo dataAlgo,
      ConvolutionMode convolutionMode,
      int[] dilation,
      CNN2DFormat format,
      LayerWorkspaceMgr workspaces) {
    if (input.dataType() != DataType.FLOAT) {
      return null;
    }
    ConvGeometry geometry = geometry(input, weights, strides, pad, convolutionMode, format);
    INDArray x = readable(geometry, input, ArrayType.BP_WORKING_MEM, workspaces);
    INDArray dz = readable(geometry, delta, ArrayType.BP_WORKING_MEM, workspaces);
    INDArray dx =
        ContiguousArrays.inputGradient(
            x,
            gradientAsInput,
            workspaces,
            target ->
                convolution.backward(
                    geometry,
                    x,
                    weights,
                    hasBias ? bias : null,
                    dz,
                    target,
                    weightGradient,
                    hasBias ? biasGradient : null,
                    ContiguousArrays.scratch(ArrayType.BP_WORKING_MEM, workspaces)));
    Gradient gradient = new DefaultGradient();
    if (hasBias) {
      gradient.setGradientFor(ConvolutionParamInitializer.BIAS_KEY, biasGradient);
    }
    gradient.setGradientFor(ConvolutionParamInitializer.WEIGHT_KEY, weightGradient, 'c');
    return new Pair<>(gradient, dx);
  }

  /** {@code images} themselves if the convolution can read them as they lie, a copy otherwise. */
  private INDArray readable(
      ConvGeometry geometry, INDArray images, ArrayType place, LayerWorkspaceMgr workspaces) {
    return convolution.reads(geometry, images) ? images : workspaces.dup(place, images, 'c');
  }

  private static ConvGeometry geometry(
      INDArray input,
      INDArray weights,
      int[] strides,
      int[] pad,
      ConvolutionMode mode,
      CNN2DFormat format) {
    int height = format == CNN2DFormat.NCHW ? 2 : 1;
    return new ConvGeometry(
        (int) input.size(0),
        (int) weights.size(1),
        (int) weights.size(0),
        new Extent((int) input.size(height), (int) input.size(height + 1)),
        new Extent((int) weights.size(2), (int) weights.size(3)),
        new Extent(strides[0], strides[1]),
        new Extent(pad[0], pad[1]),
        Extent.ONE,
        mode == ConvolutionMode.Same,
        format == CNN2DFormat.NHWC);
  }

  @Override
  public boolean checkSupported() {
    return true;
  }

  @Override
  public Map<String, Long> helperMemoryUse() {
    return Map.of();
  }

  /** What the forward pass left for the backward pass: z, for one input, usable once. */
  private static final class Kept {
    private @Nullable INDArray input;
    private @Nullable INDArray z;
    private long generation;

    void put(INDArray input, INDArray z) {
      this.input = input;
      this.z = z;
      this.generation = generation(z);
    }

    /**
     * The kept z, if the caller propagates back for the same input. Only then do the workspaces
     * hold a place for gradients; without workspaces the two passes look alike, and z is computed
     * again.
     */
    @Nullable INDArray take(INDArray input, LayerWorkspaceMgr workspaces) {
      INDArray answer = z;
      boolean valid =
          answer != null
              && this.input == input
              && workspaces.hasConfiguration(ArrayType.ACTIVATION_GRAD)
              && !workspaces.isScopedOut(ArrayType.ACTIVATION_GRAD)
              && (!answer.isAttached() || generation == generation(answer));
      clear();
      return valid ? answer : null;
    }

    void clear() {
      input = null;
      z = null;
    }

    private static long generation(INDArray z) {
      MemoryWorkspace workspace = z.isAttached() ? z.data().getParentWorkspace() : null;
      return workspace == null ? 0 : workspace.getGenerationId();
    }
  }
}
