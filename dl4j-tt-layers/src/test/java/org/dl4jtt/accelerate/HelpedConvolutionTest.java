package org.dl4jtt.accelerate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dl4jtt.accelerate.StockNetworks.BATCH;
import static org.dl4jtt.accelerate.StockNetworks.CONV;
import static org.dl4jtt.accelerate.StockNetworks.FLOAT;
import static org.dl4jtt.accelerate.StockNetworks.SIZE;
import static org.dl4jtt.accelerate.StockNetworks.assertClose;
import static org.dl4jtt.accelerate.StockNetworks.compare;
import static org.dl4jtt.accelerate.StockNetworks.data;
import static org.dl4jtt.accelerate.StockNetworks.images;
import static org.dl4jtt.accelerate.StockNetworks.labels;
import static org.dl4jtt.accelerate.StockNetworks.mln;
import static org.dl4jtt.accelerate.StockNetworks.pool;
import static org.dl4jtt.accelerate.StockNetworks.twoConvolutions;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.accelerate.StockNetworks.Conv;
import org.dl4jtt.contraction.ConvGeometry;
import org.dl4jtt.contraction.Scratch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Convolutions with a native helper give what the stock path gives. */
class HelpedConvolutionTest {
  static Stream<Conv> convolutions() {
    return Stream.of(
        new Conv(3, 3, 1, 0, ConvolutionMode.Same, Activation.IDENTITY, false),
        new Conv(3, 3, 2, 0, ConvolutionMode.Same, Activation.TANH, true),
        new Conv(1, 1, 1, 0, ConvolutionMode.Truncate, Activation.SIGMOID, true),
        new Conv(5, 5, 2, 2, ConvolutionMode.Truncate, Activation.TANH, false),
        new Conv(2, 3, 1, 1, ConvolutionMode.Truncate, Activation.SOFTPLUS, true),
        new Conv(4, 2, 2, 0, ConvolutionMode.Same, Activation.ELU, true),
        new Conv(3, 3, 1, 1, ConvolutionMode.Strict, Activation.RELU, true));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("convolutions")
  void multiLayerNetwork_hasTheOutputsAndGradientsOfTheStockPath(Conv conv) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      compare(() -> twoConvolutions(conv, format, b -> {}), data(format), 1);
    }
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void manyChannelsAndImages_byMinimalFiltering(CNN2DFormat format) {
    compare(
        () ->
            mln(
                InputType.convolutional(SIZE, SIZE, 33, format),
                b -> {},
                CONV.layer(32, format),
                CONV.layer(40, format),
                pool(format)),
        new DataSet(images(format, 16, 33, SIZE), labels(16)),
        3);
  }

  @Test
  void inputsInAnyMemoryOrder() {
    INDArray x = images(CNN2DFormat.NHWC, BATCH, 3, SIZE).permute(0, 3, 1, 2);
    compare(() -> twoConvolutions(CNN2DFormat.NCHW), new DataSet(x, labels(BATCH)), 2);
  }

  @Test
  void secondForwardWithOtherWeights_isComputedAnew() {
    MultiLayerNetwork net = twoConvolutions(CNN2DFormat.NCHW);
    NativeHelpers.enable(net);
    INDArray x = data(CNN2DFormat.NCHW).getFeatures();
    INDArray before = net.feedForward(x, true).get(1).dup();
    net.params().muli(0.5);
    INDArray after = net.feedForward(x, true).get(1).dup();
    NativeHelpers.disable(net);
    assertClose(after, net.feedForward(x, true).get(1), FLOAT);
    assertThat(before.distance2(after)).isGreaterThan(0.1);
  }

  @Test
  void noiseThatTheNextLayerAddsInPlace_leavesTheDerivativeAlone() {
    CNN2DFormat format = CNN2DFormat.NCHW;
    Conv relu = Conv.same(3, 1, Activation.RELU, true);
    List<INDArray> gradients = new ArrayList<>();
    for (boolean helpers : new boolean[] {false, true}) {
      ConvolutionLayer noisy = relu.layer(4, format);
      noisy.setIDropout(new GaussianNoise(1.0));
      MultiLayerNetwork net =
          mln(
              InputType.convolutional(SIZE, SIZE, 3, format),
              b -> {},
              relu.layer(5, format),
              noisy,
              pool(format));
      if (helpers) {
        NativeHelpers.enable(net);
      }
      DataSet data = data(format);
      Nd4j.getRandom().setSeed(9);
      net.fit(data);
      gradients.add(net.getFlattenedGradients().dup());
    }
    assertClose(gradients.get(1), gradients.get(0), FLOAT);
  }

  @Test
  void aStepOfTraining_convolvesForwardOnce_whereverChannelsLie() {
    Conv linear = Conv.same(3, 1, Activation.IDENTITY, true);
    for (boolean last : new boolean[] {false, true}) {
      CNN2DFormat format = CNN2DFormat.NCHW;
      MultiLayerNetwork net =
          mln(
              InputType.convolutional(SIZE, SIZE, 3, format),
              b -> {},
              linear.layer(4, format),
              pool(format));
      var layer = (org.deeplearning4j.nn.layers.convolution.ConvolutionLayer) net.getLayer(0);
      CountedConvolution counted = new CountedConvolution();
      NativeConvolution helper = new NativeConvolution(layer, counted);
      helper.channelsLast(last, last);
      HelperField.set(layer, helper);
      net.fit(data(format));
      assertThat(counted.forward).isEqualTo(1);
      net.output(data(format).getFeatures());
      net.fit(data(format));
      assertThat(counted.forward).isEqualTo(3);
    }
  }

  private static final class CountedConvolution implements ConvolutionKernel {
    private final ConvolutionKernel kernel = new OperationConvolution();
    private int forward;

    @Override
    public boolean reads(ConvGeometry geometry, INDArray images) {
      return kernel.reads(geometry, images);
    }

    @Override
    public boolean takesChannelsLast() {
      return true;
    }

    @Override
    public void forward(
        ConvGeometry geometry,
        INDArray x,
        INDArray weights,
        @Nullable INDArray bias,
        INDArray z,
        Scratch scratch) {
      forward++;
      INDArray first = z.dup('c');
      kernel.forward(geometry, x, weights, bias, first, scratch);
      z.assign(first);
    }

    @Override
    public void backward(
        ConvGeometry geometry,
        INDArray x,
        INDArray weights,
        @Nullable INDArray bias,
        INDArray dz,
        INDArray dx,
        INDArray weightGradient,
        @Nullable INDArray biasGradient,
        Scratch scratch) {
      kernel.backward(geometry, x, weights, bias, dz, dx, weightGradient, biasGradient, scratch);
    }
  }
}
