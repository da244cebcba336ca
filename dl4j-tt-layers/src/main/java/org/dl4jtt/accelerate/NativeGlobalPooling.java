package org.dl4jtt.accelerate;

import java.util.Arrays;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.pooling.GlobalPoolingLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.contraction.ConvGeometry;
import org.dl4jtt.contraction.ConvGeometry.Extent;
import org.dl4jtt.internal.onednn.ImageLayer;
import org.dl4jtt.internal.onednn.Images;
import org.dl4jtt.internal.onednn.Window;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The maximum or mean of each channel over images [N, C, H, W] with channels first or last in
 * memory. A mean takes one pass each way, where the stock layer's backward pass makes four; the
 * gradient of a maximum looks for it once more. Sequences, volumes, masked images, sums and norms
 * are the stock layer's.
 */
final class NativeGlobalPooling extends GlobalPoolingLayer implements StockStandIn, ImageLayer {
  private final transient OneDnnPooling pooling;
  private transient boolean gradientAsInput = true;

  /** In the place of {@code stock}. */
  NativeGlobalPooling(GlobalPoolingLayer stock) {
    super(stock.conf(), DataType.FLOAT);
    this.pooling = new OneDnnPooling(layerConf().getPoolingType());
  }

  @Override
  public GlobalPoolingLayer stock() {
    return new GlobalPoolingLayer(conf, dataType);
  }

  static boolean supports(GlobalPoolingLayer layer, DataType type) {
    var conf = (org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer) layer.conf().getLayer();
    int[] over = conf.getPoolingDimensions();
    return layer.getClass() == GlobalPoolingLayer.class
        && type == DataType.FLOAT
        && (over == null || Arrays.equals(over, new int[] {2, 3}))
        && OneDnnPooling.supports(conf.getPoolingType());
  }

  @Override
  public void channelsLast(boolean output, boolean inputGradient) {
    gradientAsInput = inputGradient;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    if (!isOurs()) {
      return super.activate(training, workspaces);
    }
    Window window = window();
    INDArray y = ContiguousArrays.create(images(), false, ArrayType.ACTIVATIONS, workspaces);
    pooling.forward(window, input, y, workspaces);
    return layerConf().isCollapseDimensions() ? y.reshape('c', y.size(0), y.size(1)) : y;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    if (!isOurs() || epsilon.dataType() != DataType.FLOAT) {
      return super.backpropGradient(epsilon, workspaces);
    }
    INDArray x = input;
    INDArray dy =
        ContiguousArrays.of(epsilon, ArrayType.BP_WORKING_MEM, workspaces).reshape('c', images());
    INDArray dx =
        ContiguousArrays.inputGradient(
            x,
            gradientAsInput,
            workspaces,
            target -> pooling.backward(window(), x, dy, target, workspaces));
    return new Pair<>(new DefaultGradient(), dx);
  }

  private boolean isOurs() {
    return maskArray == null
        && input.rank() == 4
        && input.dataType() == DataType.FLOAT
        && (Images.isChannelsFirst(input) || Images.isChannelsLast(input));
  }

  /** [N, C, 1, 1]. */
  private long[] images() {
    return new long[] {input.size(0), input.size(1), 1, 1};
  }

  /** The whole image. */
  private Window window() {
    int channels = (int) input.size(1);
    Extent image = new Extent((int) input.size(2), (int) input.size(3));
    return new ConvGeometry(
            (int) input.size(0),
            channels,
            channels,
            image,
            image,
            Extent.ONE,
            Extent.ZERO,
            Extent.ONE,
            false,
            false)
        .window();
  }
}
