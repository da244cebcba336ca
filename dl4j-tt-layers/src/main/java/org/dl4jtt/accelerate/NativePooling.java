package org.dl4jtt.accelerate;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.subsampling.SubsamplingLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.ConvolutionUtils;
import org.dl4jtt.contraction.ConvGeometry;
import org.dl4jtt.contraction.ConvGeometry.Extent;
import org.dl4jtt.internal.onednn.ImageLayer;
import org.dl4jtt.internal.onednn.Images;
import org.dl4jtt.internal.onednn.Window;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A pooling layer that takes images [N, C, H, W] with channels last in memory as they come, where
 * the stock one needs them in 'c' order: maxima, and means without padding. All else is the stock
 * layer's.
 */
final class NativePooling extends SubsamplingLayer implements StockStandIn, ImageLayer {
  private final transient OneDnnPooling pooling;
  private transient boolean channelsLastOutput;
  private transient boolean gradientAsInput = true;

  /** In the place of {@code stock}. */
  NativePooling(SubsamplingLayer stock) {
    super(stock.conf(), DataType.FLOAT);
    this.pooling = new OneDnnPooling(layerConf().getPoolingType());
  }

  @Override
  public SubsamplingLayer stock() {
    return new SubsamplingLayer(conf, dataType);
  }

  static boolean supports(SubsamplingLayer layer, DataType type) {
    var conf = (org.deeplearning4j.nn.conf.layers.SubsamplingLayer) layer.conf().getLayer();
    return layer.getClass() == SubsamplingLayer.class
        && type == DataType.FLOAT
        && conf.getCnn2dDataFormat() == CNN2DFormat.NCHW
        && isAll(1, conf.getDilation())
        && OneDnnPooling.supports(conf.getPoolingType())
        && (conf.getPoolingType() == PoolingType.MAX || !isPadded(conf));
  }

  private static boolean isPadded(org.deeplearning4j.nn.conf.layers.SubsamplingLayer conf) {
    return conf.getConvolutionMode() == ConvolutionMode.Same || !isAll(0, conf.getPadding());
  }

  private static boolean isAll(int value, int[] numbers) {
    return Arrays.stream(numbers).allMatch(n -> n == value);
  }

  @Override
  public void channelsLast(boolean output, boolean inputGradient) {
    channelsLastOutput = output;
    gradientAsInput = inputGradient;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    if (!isOurs()) {
      return super.activate(training, workspaces);
    }
    ConvGeometry geometry = geometry();
    INDArray y =
        ContiguousArrays.create(
            geometry.outputShape(), channelsLastOutput, ArrayType.ACTIVATIONS, workspaces);
    pooling.forward(geometry.window(), input, y, workspaces);
    return y;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    if (!isOurs() || epsilon.dataType() != DataType.FLOAT) {
      return super.backpropGradient(epsilon, workspaces);
    }
    Window window = geometry().window();
    INDArray dy =
        Images.isChannelsLast(epsilon)
            ? epsilon
            : ContiguousArrays.of(epsilon, ArrayType.BP_WORKING_MEM, workspaces);
    INDArray x = input;
    INDArray dx =
        ContiguousArrays.inputGradient(
            x,
            gradientAsInput,
            workspaces,
            target -> pooling.backward(window, x, dy, target, workspaces));
    return new Pair<>(new DefaultGradient(), dx);
  }

  private boolean isOurs() {
    return input.dataType() == DataType.FLOAT
        && !Images.isChannelsFirst(input)
        && Images.isChannelsLast(input);
  }

  private ConvGeometry geometry() {
    int[] kernel = layerConf().getKernelSize();
    int[] stride = layerConf().getStride();
    int channels = (int) input.size(1);
    Extent image = new Extent((int) input.size(2), (int) input.size(3));
    ConvGeometry unpadded =
        new ConvGeometry(
            (int) input.size(0),
            channels,
            channels,
            image,
            extent(kernel),
            extent(stride),
            extent(layerConf().getPadding()),
            Extent.ONE,
            convolutionMode == ConvolutionMode.Same,
            false);
    if (!unpadded.same()) {
      return unpadded;
    }
    Extent out = unpadded.outputImage();
    int[] padding =
        ConvolutionUtils.getSameModeTopLeftPadding(
            new int[] {out.height(), out.width()},
            new int[] {image.height(), image.width()},
            kernel,
            stride,
            new int[] {1, 1});
    return unpadded.padded(extent(padding));
  }

  private static Extent extent(int[] both) {
    return new Extent(both[0], both[1]);
  }
}
