package org.dl4jtt.accelerate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.accelerate.StockNetworks.Conv;
import org.dl4jtt.internal.onednn.ImageLayer;
import org.dl4jtt.internal.onednn.Images;
import org.dl4jtt.internal.onednn.OneDnn;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The oracle is the stock layer: maxima to the bit, sums to the rounding of a float. */
class NativePoolingTest {
  private static final LayerWorkspaceMgr NONE = LayerWorkspaceMgr.noWorkspaces();
  private static final double ROUNDING = 2e-6; // of sums of a few numbers up to 4
  private static final int TIES = 3; // so many values only: most maxima are there more than once

  @BeforeEach
  void oneDnn() {
    assumeTrue(OneDnn.isAvailable(), "oneDNN (org.bytedeco:dnnl) has no natives for this platform");
  }

  /** Windows over images of 9 by 7 pixels, in parts of which rows or columns are left over. */
  record Pool(PoolingType type, int[] kernel, int[] stride, int[] padding, ConvolutionMode mode) {
    Pool(PoolingType type, int kernel, int stride, int padding, ConvolutionMode mode) {
      this(
          type,
          new int[] {kernel, kernel},
          new int[] {stride, stride},
          new int[] {padding, padding},
          mode);
    }

    org.deeplearning4j.nn.layers.convolution.subsampling.SubsamplingLayer layer() {
      return new org.deeplearning4j.nn.layers.convolution.subsampling.SubsamplingLayer(
          conf(
              new SubsamplingLayer.Builder(type)
                  .kernelSize(kernel)
                  .stride(stride)
                  .padding(padding)
                  .convolutionMode(mode)
                  .pnorm(2)
                  .build()),
          DataType.FLOAT);
    }
  }

  static List<Pool> pools() {
    List<Pool> pools = new ArrayList<>();
    for (PoolingType type : new PoolingType[] {PoolingType.MAX, PoolingType.AVG}) {
      pools.add(new Pool(type, 2, 2, 0, ConvolutionMode.Truncate));
      pools.add(new Pool(type, 3, 1, 0, ConvolutionMode.Truncate));
      pools.add(new Pool(type, 3, 2, 0, ConvolutionMode.Strict));
      pools.add(new Pool(type, 2, 4, 0, ConvolutionMode.Truncate)); // pixels that no window sees
    }
    pools.add(new Pool(PoolingType.MAX, 3, 2, 1, ConvolutionMode.Truncate));
    pools.add(new Pool(PoolingType.MAX, 3, 2, 0, ConvolutionMode.Same));
    pools.add(new Pool(PoolingType.MAX, 2, 2, 0, ConvolutionMode.Same));
    pools.add(
        new Pool(
            PoolingType.MAX,
            new int[] {3, 2},
            new int[] {1, 3},
            new int[] {0, 1},
            ConvolutionMode.Truncate));
    return pools;
  }

  @ParameterizedTest
  @MethodSource("pools")
  void imagesWithChannelsLast_arePooledAndDifferentiatedAsTheStockLayerDoes(Pool pool) {
    for (int channels : new int[] {3, 16, 33}) {
      compare(
          pool.layer(),
          new NativePooling(pool.layer()),
          few(2, channels, 9, 7),
          pool.type == PoolingType.MAX);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = PoolingType.class,
      names = {"MAX", "AVG"})
  void globally(PoolingType type) {
    for (boolean collapse : new boolean[] {true, false}) {
      for (int channels : new int[] {3, 16, 33}) {
        var stock = global(new GlobalPoolingLayer.Builder(type).collapseDimensions(collapse));
        compare(
            stock, new NativeGlobalPooling(stock), few(2, channels, 9, 7), type == PoolingType.MAX);
      }
    }
  }

  private static <L extends Layer & ImageLayer> void compare(
      Layer stock, L ours, INDArray x, boolean exact) {
    INDArray y = forward(stock, x.dup('c'));
    Nd4j.getRandom().setSeed(2);
    INDArray dy = Nd4j.randn(DataType.FLOAT, y.shape());
    INDArray dx = backward(stock, x.dup('c'), dy);
    double tolerance = exact ? 0 : ROUNDING;
    for (INDArray images : new INDArray[] {x.dup('c'), last(x)}) {
      for (boolean neighbours : new boolean[] {true, false}) {
        ours.channelsLast(neighbours, neighbours);
        INDArray out = forward(ours, images);
        assertThat(out.shape()).isEqualTo(y.shape());
        assertThat(out.sub(y).amaxNumber().doubleValue()).isLessThanOrEqualTo(tolerance);
        for (INDArray gradient : new INDArray[] {dy.dup('c'), y.rank() == 4 ? last(dy) : dy}) {
          INDArray back = backward(ours, images, gradient);
          assertThat(back.shape()).isEqualTo(x.shape());
          assertThat(back.sub(dx).amaxNumber().doubleValue()).isLessThan(ROUNDING);
          assertThat(Images.isChannelsFirst(back))
              .isEqualTo(!neighbours || Images.isChannelsFirst(images));
        }
      }
    }
  }

  private static INDArray forward(Layer layer, INDArray x) {
    layer.setInput(x, NONE);
    return layer.activate(false, NONE).dup();
  }

  private static INDArray backward(Layer layer, INDArray x, INDArray dy) {
    layer.setInput(x, NONE);
    layer.activate(true, NONE);
    layer.setInput(x, NONE);
    return layer.backpropGradient(dy, NONE).getSecond();
  }

  @Test
  void maximaOfNegativeNumbersAtTheBorder_areNotThePadding() {
    Pool pool = new Pool(PoolingType.MAX, 3, 2, 1, ConvolutionMode.Truncate);
    INDArray x = few(1, 16, 9, 7).subi(TIES + 1);
    assertThat(forward(new NativePooling(pool.layer()), last(x)).maxNumber().doubleValue())
        .isNegative();
  }

  @Test
  void whatIsNotOurs_isTheStockLayers() {
    for (Pool other :
        List.of(
            new Pool(PoolingType.PNORM, 2, 2, 0, ConvolutionMode.Truncate),
            new Pool(PoolingType.AVG, 3, 2, 1, ConvolutionMode.Truncate),
            new Pool(PoolingType.AVG, 3, 2, 0, ConvolutionMode.Same))) {
      assertThat(NativePooling.supports(other.layer(), DataType.FLOAT)).isFalse();
    }
    Pool max = new Pool(PoolingType.MAX, 2, 2, 0, ConvolutionMode.Truncate);
    assertThat(NativePooling.supports(max.layer(), DataType.FLOAT)).isTrue();
    assertThat(NativePooling.supports(max.layer(), DataType.DOUBLE)).isFalse();
    var dilated =
        new SubsamplingLayer.Builder(PoolingType.MAX).kernelSize(2, 2).dilation(2, 2).build();
    assertThat(
            NativePooling.supports(
                new org.deeplearning4j.nn.layers.convolution.subsampling.SubsamplingLayer(
                    conf(dilated), DataType.FLOAT),
                DataType.FLOAT))
        .isFalse();
    for (PoolingType type : new PoolingType[] {PoolingType.SUM, PoolingType.PNORM}) {
      var stock = global(new GlobalPoolingLayer.Builder(type));
      assertThat(NativeGlobalPooling.supports(stock, DataType.FLOAT)).isFalse();
    }
    var channels = global(new GlobalPoolingLayer.Builder().poolingDimensions(1, 2));
    assertThat(NativeGlobalPooling.supports(channels, DataType.FLOAT)).isFalse();
  }

  @Test
  void sequencesAndMaskedImages_arePooledAsEver() {
    var stock = global(new GlobalPoolingLayer.Builder(PoolingType.AVG));
    var ours = new NativeGlobalPooling(stock);
    INDArray sequences = few(2, 5, 4, 1).reshape(2, 5, 4);
    assertThat(forward(ours, sequences)).isEqualTo(forward(stock, sequences));
    INDArray x = few(2, 5, 4, 1);
    INDArray mask = Nd4j.ones(DataType.FLOAT, 2, 1, 4, 1);
    mask.get(NDArrayIndex.point(1), NDArrayIndex.all(), NDArrayIndex.interval(2, 4)).assign(0);
    INDArray unmasked = forward(ours, x);
    for (Layer layer : new Layer[] {stock, ours}) {
      layer.setMaskArray(mask);
    }
    INDArray masked = forward(ours, x);
    assertThat(masked).isEqualTo(forward(stock, x)).isNotEqualTo(unmasked);
  }

  @Test
  void inANetwork_theyStandForTheStockLayers_untilDisabled() {
    CNN2DFormat format = CNN2DFormat.NCHW;
    MultiLayerNetwork net =
        StockNetworks.mln(
            InputType.convolutional(12, 12, 3, format),
            b -> {},
            Conv.same(3, 1, Activation.IDENTITY, true).layer(16, format),
            new SubsamplingLayer.Builder(PoolingType.MAX).kernelSize(2, 2).stride(2, 2).build(),
            new GlobalPoolingLayer(PoolingType.AVG));
    String json = net.getLayerWiseConfigurations().toJson();
    assertThat(NativeHelpers.enable(net)).isEqualTo(3);
    assertThat(net.getLayer(1)).isInstanceOf(NativePooling.class);
    assertThat(net.getLayer(2)).isInstanceOf(NativeGlobalPooling.class);
    assertThat(net.getLayer(1).getIndex()).isEqualTo(1);
    assertThat(net.getLayerWiseConfigurations().toJson()).isEqualTo(json);
    assertThat(net.clone().getLayer(1)).isNotInstanceOf(NativePooling.class);
    NativeHelpers.disable(net);
    assertThat(net.getLayer(1)).isNotInstanceOf(NativePooling.class);
    assertThat(net.getLayer(2)).isNotInstanceOf(NativeGlobalPooling.class);
  }

  private static org.deeplearning4j.nn.layers.pooling.GlobalPoolingLayer global(
      GlobalPoolingLayer.Builder builder) {
    return new org.deeplearning4j.nn.layers.pooling.GlobalPoolingLayer(
        conf(builder.build()), DataType.FLOAT);
  }

  private static NeuralNetConfiguration conf(org.deeplearning4j.nn.conf.layers.Layer layer) {
    NeuralNetConfiguration conf = new NeuralNetConfiguration();
    conf.setLayer(layer);
    return conf;
  }

  /** 0, 1 or 2 each. */
  private static INDArray few(long... shape) {
    Nd4j.getRandom().setSeed(1);
    INDArray x = Nd4j.rand(DataType.FLOAT, shape).muli(TIES);
    return Nd4j.math().floor(x);
  }

  private static INDArray last(INDArray images) {
    return Images.toNchw(Images.toNhwc(images).dup('c'));
  }
}
