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
import org.dl4jtt.contraction.Winograd;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.factory.Broadcast;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A stock convolution layer through the native operations {@code conv2d} and {@code conv2d_bp}, or
 * {@link Winograd}: {@code z = W * x + b}, {@code y = f(z)}.
 *
 * <pre>
 *   x  [N, nIn, H, W] or [N, H, W, nIn]     z, y  [N, nOut, H', W'] or [N, H', W', nOut]
 *   W  [nOut, nIn, kH, kW]                  b     [1, nOut]
 * </pre>
 *
 * <p>The layer asks for z again when it propagates back. The forward pass therefore leaves z in the
 * workspace of the activations, and gives it out once more instead of convolving twice.
 */
final class NativeConvolution implements ConvolutionHelper {
  private static final int WEIGHTS_OUT_IN_H_W = 1;

  private final boolean hasBias;
  private final Kept kept = new Kept();
  private @Nullable LayerWorkspaceMgr forwardWorkspaces;
  private @Nullable INDArray forwardInput;

  NativeConvolution(ConvolutionLayer layer) {
    this.hasBias = layer.hasBias();
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
    boolean channelsFirst = format == CNN2DFormat.NCHW;
    // Checks the sizes, too, with DL4J's own messages.
    ConvolutionUtils.getOutputSize(
        input,
        kernel,
        strides,
        convolutionMode == ConvolutionMode.Same ? null : pad,
        convolutionMode,
        dilation,
        format);
    ConvGeometry geometry = geometry(input, weights, strides, pad, convolutionMode, channelsFirst);
    INDArray z =
        workspaces.createUninitialized(
            ArrayType.ACTIVATIONS, DataType.FLOAT, geometry.outputShape(), 'c');
    INDArray x = Dense.of(input, ArrayType.FF_WORKING_MEM, workspaces);
    if (Winograd.isFaster(geometry, DataType.FLOAT)) {
      Winograd.forward(
          geometry,
          x,
          weights.permute(0, 2, 3, 1),
          z,
          (type, shape) ->
              workspaces.createUninitialized(ArrayType.FF_WORKING_MEM, type, shape, 'c'));
      if (hasBias) {
        Broadcast.add(z, bias.reshape('c', new long[] {bias.length()}), z, channelsFirst ? 1 : 3);
      }
    } else {
      Nd4j.exec(
          DynamicCustomOp.builder("conv2d")
              .addInputs(hasBias ? new INDArray[] {x, weights, bias} : new INDArray[] {x, weights})
              .addOutputs(z)
              .addIntegerArguments(arguments(kernel, strides, pad, convolutionMode, channelsFirst))
              .build());
    }
    forwardInput = input;
    forwardWorkspaces = workspaces;
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
      INDArray y =
          workspaces.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, z.shape(), 'c');
      Nd4j.exec(new RectifiedLinear(z, y));
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
    INDArray x = Dense.of(input, ArrayType.BP_WORKING_MEM, workspaces);
    INDArray dz = Dense.of(delta, ArrayType.BP_WORKING_MEM, workspaces);
    INDArray dx =
        workspaces.createUninitialized(
            ArrayType.ACTIVATION_GRAD, DataType.FLOAT, input.shape(), 'c');
    DynamicCustomOp convBackward =
        DynamicCustomOp.builder("conv2d_bp")
            .addInputs(
                hasBias ? new INDArray[] {x, weights, bias, dz} : new INDArray[] {x, weights, dz})
            .addOutputs(
                hasBias
                    ? new INDArray[] {dx, weightGradient, biasGradient}
                    : new INDArray[] {dx, weightGradient})
            .addIntegerArguments(
                arguments(kernel, strides, pad, convolutionMode, format == CNN2DFormat.NCHW))
            .build();
    Nd4j.exec(convBackward);
    Gradient gradient = new DefaultGradient();
    if (hasBias) {
      gradient.setGradientFor(ConvolutionParamInitializer.BIAS_KEY, biasGradient);
    }
    gradient.setGradientFor(ConvolutionParamInitializer.WEIGHT_KEY, weightGradient, 'c');
    return new Pair<>(gradient, dx);
  }

  private static ConvGeometry geometry(
      INDArray input,
      INDArray weights,
      int[] strides,
      int[] pad,
      ConvolutionMode mode,
      boolean channelsFirst) {
    int height = channelsFirst ? 2 : 1;
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
        !channelsFirst);
  }

  private static int[] arguments(
      int[] kernel, int[] strides, int[] pad, ConvolutionMode mode, boolean channelsFirst) {
    return new int[] {
      kernel[0],
      kernel[1],
      strides[0],
      strides[1],
      pad[0],
      pad[1],
      1,
      1,
      mode == ConvolutionMode.Same ? 1 : 0,
      channelsFirst ? 0 : 1,
      WEIGHTS_OUT_IN_H_W
    };
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
