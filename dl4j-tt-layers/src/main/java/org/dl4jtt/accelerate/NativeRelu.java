package org.dl4jtt.accelerate;

import org.bytedeco.javacpp.IntPointer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.ActivationLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.internal.onednn.Copy;
import org.dl4jtt.internal.onednn.Format;
import org.dl4jtt.internal.onednn.ImageLayer;
import org.dl4jtt.internal.onednn.Images;
import org.dl4jtt.internal.onednn.ReluGradient;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An activation layer with ReLU, trained in one pass each way and, for finite numbers, to the same
 * bits: {@code y = x < 0 ? 0 : x}, {@code dx = x > 0 ? dy : 0}. The stock layer copies its input in
 * both directions before it computes, and ND4J's derivative of ReLU takes several times as long as
 * reading and writing.
 */
final class NativeRelu extends ActivationLayer implements StockStandIn, ImageLayer {
  /** 16 kB: input, gradient and result stay in the first level of the cache. */
  private static final int TILE = 4096;

  private static final int MAGNITUDE = 0x7fffffff;
  private static final int INFINITY = 0x7f800000;

  private final int[] x = new int[TILE];
  private final int[] dy = new int[TILE];

  private final transient boolean byOneDnn;
  private transient boolean channelsLastOutput;
  private transient boolean gradientAsInput = true;

  /** In the place of {@code stock}. */
  NativeRelu(ActivationLayer stock, boolean byOneDnn) {
    super(stock.conf(), DataType.FLOAT);
    this.byOneDnn = byOneDnn;
  }

  @Override
  public ActivationLayer stock() {
    return new ActivationLayer(conf, dataType);
  }

  /** Plain ReLU: no maximum, threshold or slope. */
  static boolean supports(ActivationLayer layer, DataType type) {
    var conf = (org.deeplearning4j.nn.conf.layers.ActivationLayer) layer.conf().getLayer();
    return layer.getClass() == ActivationLayer.class
        && type == DataType.FLOAT
        && NativeConvolution.isPlainRelu(conf.getActivationFn());
  }

  @Override
  public void channelsLast(boolean output, boolean inputGradient) {
    gradientAsInput = inputGradient;
    channelsLastOutput = output && byOneDnn;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    boolean isFirst = Images.isChannelsFirst(input);
    if (input.dataType() != DataType.FLOAT || (!training && isFirst)) {
      return super.activate(training, workspaces); // in inference as fast
    }
    INDArray y =
        ContiguousArrays.create(
            input.shape(),
            channelsLastOutput && !isFirst && Images.isChannelsLast(input),
            ArrayType.ACTIVATIONS,
            workspaces);
    if (byOneDnn) {
      boolean asItLies = Format.of(input).equals(Format.of(y));
      INDArray from = asItLies ? input : Copy.copy(input, y);
      Nd4j.exec(new RectifiedLinear(Images.flat(from), Images.flat(y)));
    } else {
      rectify(ContiguousArrays.of(input, ArrayType.FF_WORKING_MEM, workspaces), y);
    }
    return y;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    if (input.dataType() != DataType.FLOAT || epsilon.dataType() != DataType.FLOAT) {
      return super.backpropGradient(epsilon, workspaces);
    }
    INDArray in =
        byOneDnn && Images.isChannelsLast(input)
            ? input
            : ContiguousArrays.of(input, ArrayType.BP_WORKING_MEM, workspaces);
    INDArray gradient = ContiguousArrays.as(in, epsilon, ArrayType.BP_WORKING_MEM, workspaces);
    INDArray dx =
        ContiguousArrays.inputGradient(
            in, gradientAsInput, workspaces, target -> differentiate(in, gradient, target));
    return new Pair<>(new DefaultGradient(), dx);
  }

  private void differentiate(INDArray in, INDArray gradient, INDArray dx) {
    if (byOneDnn) {
      ReluGradient.run(in, gradient, dx);
    } else {
      mask(in, gradient, dx);
    }
  }

  private void rectify(INDArray in, INDArray y) {
    IntPointer from = new IntPointer(in.data().addressPointer());
    IntPointer to = new IntPointer(y.data().addressPointer());
    long length = y.length();
    for (long at = 0; at < length; at += TILE) {
      int count = (int) Math.min(TILE, length - at);
      from.position(at).get(x, 0, count);
      rectify(x, count);
      to.position(at).put(x, 0, count);
    }
  }

  private void mask(INDArray in, INDArray gradient, INDArray dx) {
    IntPointer from = new IntPointer(in.data().addressPointer());
    IntPointer with = new IntPointer(gradient.data().addressPointer());
    IntPointer to = new IntPointer(dx.data().addressPointer());
    long length = dx.length();
    for (long at = 0; at < length; at += TILE) {
      int count = (int) Math.min(TILE, length - at);
      from.position(at).get(x, 0, count);
      with.position(at).get(dy, 0, count);
      mask(dy, x, count);
      to.position(at).put(dy, 0, count);
    }
  }

  // Loops over whole arrays and nothing else, on the bits of the floats: C2 turns no comparison of
  // floats into vector instructions, but these. All infinities and NaN as in ND4J's operations.

  private static void rectify(int[] x, int count) {
    for (int i = 0; i < count; i++) {
      int magnitude = x[i] & MAGNITUDE;
      // neither 0 nor NaN, and with a sign
      int negative = (x[i] >> 31) & (-magnitude >> 31) & ~((INFINITY - magnitude) >> 31);
      x[i] &= ~negative;
    }
  }

  private static void mask(int[] dy, int[] x, int count) {
    for (int i = 0; i < count; i++) {
      int positive = ((-x[i] & ~x[i]) >> 31) & ~((INFINITY - x[i]) >> 31);
      dy[i] &= positive;
    }
  }
}
