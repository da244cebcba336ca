package org.dl4jtt.accelerate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.CacheMode;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.mkldnn.MKLDNNBatchNormHelper;
import org.deeplearning4j.nn.layers.mkldnn.MKLDNNConvHelper;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The oracle is the stock path: the same network, built from the same seed, without helpers. */
class NativeHelpersTest {
  private static final double FLOAT =
      1e-5; // relative; sums of a few thousand floats in another order
  private static final double TRAINED = 1e-4; // rounding, carried through steps of training
  private static final int BATCH = 6;
  private static final int SIZE = 9;

  /** One convolution: kernel, stride, padding, mode, activation, bias. */
  record Conv(
      int kh,
      int kw,
      int stride,
      int pad,
      ConvolutionMode mode,
      Activation activation,
      boolean bias) {
    ConvolutionLayer layer(int nOut, CNN2DFormat format) {
      return new ConvolutionLayer.Builder(kh, kw)
          .stride(stride, stride)
          .padding(pad, pad)
          .convolutionMode(mode)
          .nOut(nOut)
          .hasBias(bias)
          .activation(activation)
          .dataFormat(format)
          .build();
    }
  }

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
  void twentySteps_endInTheSameNetwork_runningMeanAndVarianceToo(CNN2DFormat format) {
    Conv conv = new Conv(3, 3, 1, 0, ConvolutionMode.Same, Activation.TANH, true);
    compare(() -> twoConvolutions(conv, format, b -> {}), data(format), 20);
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void manyChannelsAndImages_byMinimalFiltering(CNN2DFormat format) {
    Conv conv = new Conv(3, 3, 1, 0, ConvolutionMode.Same, Activation.TANH, true);
    compare(
        () ->
            mln(
                InputType.convolutional(SIZE, SIZE, 33, format),
                b -> {},
                conv.layer(32, format),
                conv.layer(40, format),
                pool(format)),
        new DataSet(images(format, 16, 33, SIZE), labels(16)),
        3);
  }

  @Test
  void noiseThatTheNextLayerAddsInPlace_leavesTheDerivativeAlone() {
    CNN2DFormat format = CNN2DFormat.NCHW;
    Conv relu = new Conv(3, 3, 1, 0, ConvolutionMode.Same, Activation.RELU, true);
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

  @ParameterizedTest
  @EnumSource(WorkspaceMode.class)
  void everyWorkspaceMode(WorkspaceMode mode) {
    Conv conv = new Conv(3, 3, 1, 0, ConvolutionMode.Same, Activation.TANH, true);
    compare(
        () ->
            twoConvolutions(
                conv,
                CNN2DFormat.NCHW,
                b -> b.trainingWorkspaceMode(mode).inferenceWorkspaceMode(mode)),
        data(CNN2DFormat.NCHW),
        3);
  }

  @Test
  void cacheModeDevice() {
    Conv conv = new Conv(3, 3, 1, 0, ConvolutionMode.Same, Activation.TANH, true);
    compare(
        () -> twoConvolutions(conv, CNN2DFormat.NCHW, b -> b.cacheMode(CacheMode.DEVICE)),
        data(CNN2DFormat.NCHW),
        3);
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void computationGraph_withAShortcut(CNN2DFormat format) {
    DataSet data = data(format);
    ComputationGraph stock = residual(format);
    ComputationGraph fast = residual(format);
    assertThat(NativeHelpers.enable(fast)).isEqualTo(4); // 2 convolutions, 2 batch norms
    for (int step = 0; step < 5; step++) {
      assertClose(
          fast.outputSingle(data.getFeatures()), stock.outputSingle(data.getFeatures()), TRAINED);
      stock.fit(data);
      fast.fit(data);
      assertClose(fast.getFlattenedGradients(), stock.getFlattenedGradients(), TRAINED);
    }
    assertClose(fast.params(), stock.params(), TRAINED);
  }

  @Test
  void batchNormAfterDense() {
    DataSet data = new DataSet(random(10, 12).muli(3).addi(5), labels(10));
    compare(
        () ->
            mln(
                InputType.feedForward(12),
                b -> {},
                new DenseLayer.Builder().nOut(7).activation(Activation.TANH).build(),
                new BatchNormalization.Builder().build()),
        data,
        20);
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void batchNorm_ofImagesLargerThanATile_andOfManyChannels(CNN2DFormat format) {
    // 3 channels of 70 x 70: more than three tiles, cut in the midst of a channel
    DataSet data = new DataSet(images(format, 5, 3, 70), labels(5));
    compare(
        () ->
            mln(
                InputType.convolutional(70, 70, 3, format),
                b -> {},
                new BatchNormalization.Builder().dataFormat(format).build(),
                new ActivationLayer.Builder().activation(Activation.TANH).build(),
                pool(format)),
        data,
        3);
    DataSet wide = new DataSet(images(format, 3, 5000, 1), labels(3));
    compare(
        () ->
            mln(
                InputType.convolutional(1, 1, 5000, format),
                b -> {},
                new BatchNormalization.Builder().dataFormat(format).build(),
                pool(format)),
        wide,
        3);
  }

  @Test
  void batchNorm_ofAMeanFarFromZero_isMoreAccurateThanOnePass() {
    // mean 1000, deviation 1: sums of squares in float would lose the variance altogether
    INDArray x = images(CNN2DFormat.NCHW, 16, 2, 8).addi(1000);
    MultiLayerNetwork fast =
        mln(
            InputType.convolutional(8, 8, 2),
            b -> {},
            new BatchNormalization.Builder().build(),
            new GlobalPoolingLayer.Builder().build());
    NativeHelpers.enable(fast);
    INDArray y = fast.feedForward(x, true).get(1).castTo(DataType.DOUBLE);
    INDArray exact = x.castTo(DataType.DOUBLE);
    for (int c = 0; c < 2; c++) {
      INDArray channel = exact.tensorAlongDimension(c, 0, 2, 3);
      double mean = channel.meanNumber().doubleValue();
      double deviation = Math.sqrt(channel.var(false).getDouble(0) + 1e-5);
      INDArray expected = channel.sub(mean).divi(deviation);
      // 1000 in float is known to 3e-5; so is x - mean, and a mean of 1024 values adds as much
      // again
      assertThat(y.tensorAlongDimension(c, 0, 2, 3).sub(expected).amaxNumber().doubleValue())
          .isLessThan(2e-4);
    }
  }

  @Test
  void inputsInAnyMemoryOrder() {
    Conv conv = new Conv(3, 3, 1, 0, ConvolutionMode.Same, Activation.TANH, true);
    INDArray x = images(CNN2DFormat.NHWC, BATCH, 3, SIZE).permute(0, 3, 1, 2);
    compare(
        () -> twoConvolutions(conv, CNN2DFormat.NCHW, b -> {}), new DataSet(x, labels(BATCH)), 2);
  }

  @Test
  void secondForwardWithOtherWeights_isComputedAnew() {
    MultiLayerNetwork net =
        twoConvolutions(
            new Conv(3, 3, 1, 0, ConvolutionMode.Same, Activation.TANH, true),
            CNN2DFormat.NCHW,
            b -> {});
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
  void frozenLayers_passGradientsOnAsTheStockPathDoes() {
    // without workspaces: within them, the stock batch norm fails here on memory that was closed
    compare(frozen(WorkspaceMode.NONE), frozen(WorkspaceMode.ENABLED), data(CNN2DFormat.NCHW), 3);
  }

  private static MultiLayerNetwork frozen(WorkspaceMode mode) {
    CNN2DFormat format = CNN2DFormat.NCHW;
    Conv conv = new Conv(3, 3, 1, 0, ConvolutionMode.Same, Activation.TANH, true);
    return mln(
        InputType.convolutional(SIZE, SIZE, 3, format),
        b -> b.trainingWorkspaceMode(mode),
        conv.layer(4, format),
        new FrozenLayerWithBackprop(conv.layer(5, format)),
        new FrozenLayerWithBackprop(new BatchNormalization.Builder().build()),
        pool(format));
  }

  @Test
  void layersThatDoNotQualify_keepTheStockPath() {
    CNN2DFormat format = CNN2DFormat.NCHW;
    MultiLayerNetwork net =
        mln(
            InputType.convolutional(SIZE, SIZE, 3),
            b -> {},
            new ConvolutionLayer.Builder(3, 3).nOut(4).dilation(2, 2).build(),
            new ConvolutionLayer.Builder(2, 2).nOut(4).weightNoise(new DropConnect(0.5)).build(),
            new SubsamplingLayer.Builder().kernelSize(2, 2).stride(1, 1).build(),
            new BatchNormalization.Builder().lockGammaBeta(true).build(),
            new GlobalPoolingLayer.Builder().build());
    assertThat(NativeHelpers.enable(net)).isZero();
    assertThat(net.getLayers()).allSatisfy(layer -> assertThat(layer.getHelper()).isNull());

    MultiLayerNetwork inDouble =
        twoConvolutions(
            new Conv(3, 3, 1, 0, ConvolutionMode.Same, Activation.TANH, true),
            format,
            b -> b.dataType(DataType.DOUBLE));
    assertThat(NativeHelpers.enable(inDouble)).isZero();
  }

  @Test
  void disable_goesBackToTheStockPath() {
    MultiLayerNetwork net =
        twoConvolutions(
            new Conv(3, 3, 1, 0, ConvolutionMode.Same, Activation.TANH, true),
            CNN2DFormat.NCHW,
            b -> {});
    NativeHelpers.enable(net);
    assertThat(net.getLayer(0).getHelper()).isInstanceOf(NativeConvolution.class);
    assertThat(net.getLayer(1).getHelper()).isInstanceOf(NativeBatchNorm.class);
    NativeHelpers.disable(net);
    assertThat(net.getLayers()).allSatisfy(layer -> assertThat(layer.getHelper()).isNull());
  }

  @Test
  void networkThatIsNotInitialised_saysSo() {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(
                    new OutputLayer.Builder()
                        .nIn(2)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .lossFunction(LossFunction.MCXENT)
                        .build())
                .build());
    assertThatThrownBy(() -> NativeHelpers.enable(net)).hasMessageContaining("call init()");
  }

  @Test
  void enableForNewNetworks_reachesClones_andNotPooling() {
    String before = System.getProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY);
    try {
      NativeHelpers.enableForNewNetworks();
      CNN2DFormat format = CNN2DFormat.NCHW;
      MultiLayerNetwork net =
          mln(
                  InputType.convolutional(SIZE, SIZE, 3),
                  b -> {},
                  new Conv(3, 3, 1, 0, ConvolutionMode.Same, Activation.IDENTITY, true)
                      .layer(4, format),
                  new BatchNormalization.Builder().build(),
                  new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build(),
                  new GlobalPoolingLayer.Builder().build())
              .clone();
      assertThat(net.getLayer(0).getHelper()).isInstanceOf(MKLDNNConvHelper.class);
      assertThat(net.getLayer(1).getHelper()).isInstanceOf(MKLDNNBatchNormHelper.class);
      assertThat(net.getLayer(2).getHelper()).isNull();
      NativeHelpers.enable(net);
      assertThat(net.getLayer(0).getHelper()).isInstanceOf(NativeConvolution.class);
    } finally {
      if (before == null) {
        System.clearProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY);
      } else {
        System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, before);
      }
    }
  }

  private static void compare(Supplier<MultiLayerNetwork> network, DataSet data, int steps) {
    compare(network.get(), network.get(), data, steps);
  }

  private static void compare(
      MultiLayerNetwork stock, MultiLayerNetwork fast, DataSet data, int steps) {
    assertThat(fast.params()).isEqualTo(stock.params());
    assertThat(NativeHelpers.enable(fast)).isPositive();
    for (int step = 0; step < steps; step++) {
      double tolerance = step == 0 ? FLOAT : TRAINED;
      assertClose(fast.output(data.getFeatures()), stock.output(data.getFeatures()), tolerance);
      stock.fit(data);
      fast.fit(data);
      assertClose(fast.getFlattenedGradients(), stock.getFlattenedGradients(), tolerance);
    }
    double tolerance = steps == 1 ? FLOAT : TRAINED;
    for (String name : stock.paramTable().keySet()) { // running mean and variance are parameters
      assertClose(fast.getParam(name), stock.getParam(name), tolerance);
    }
    assertClose(fast.output(data.getFeatures()), stock.output(data.getFeatures()), tolerance);
    assertThat(fast.score()).isCloseTo(stock.score(), withPercentage(100 * tolerance));
  }

  /** Relative to the norm, or to 0.1: a bias before a batch norm is nothing but rounding. */
  private static void assertClose(INDArray actual, INDArray expected, double tolerance) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    double norm = expected.norm2Number().doubleValue();
    assertThat(actual.distance2(expected) / Math.max(0.1, norm)).isLessThan(tolerance);
  }

  private static MultiLayerNetwork twoConvolutions(
      Conv conv, CNN2DFormat format, Consumer<NeuralNetConfiguration.Builder> options) {
    return mln(
        InputType.convolutional(SIZE, SIZE, 3, format),
        options,
        conv.layer(5, format),
        new BatchNormalization.Builder().dataFormat(format).build(),
        new ActivationLayer.Builder().activation(Activation.TANH).build(),
        new Conv(3, 3, 1, 0, ConvolutionMode.Same, Activation.TANH, true).layer(4, format),
        new BatchNormalization.Builder().dataFormat(format).useLogStd(false).build(),
        pool(format));
  }

  private static MultiLayerNetwork mln(
      InputType input, Consumer<NeuralNetConfiguration.Builder> options, Layer... layers) {
    NeuralNetConfiguration.Builder builder =
        new NeuralNetConfiguration.Builder()
            .seed(5)
            .updater(new Nesterovs(0.02, 0.9))
            .weightInit(WeightInit.XAVIER)
            .dataType(DataType.FLOAT);
    options.accept(builder);
    NeuralNetConfiguration.ListBuilder list = builder.list();
    List.of(layers).forEach(list::layer);
    list.layer(
        new OutputLayer.Builder(LossFunction.MCXENT)
            .nOut(3)
            .activation(Activation.SOFTMAX)
            .build());
    MultiLayerNetwork net = new MultiLayerNetwork(list.setInputType(input).build());
    net.init();
    return net;
  }

  private static ComputationGraph residual(CNN2DFormat format) {
    Conv conv = new Conv(3, 3, 1, 0, ConvolutionMode.Same, Activation.IDENTITY, false);
    ComputationGraph net =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(new Nesterovs(0.02, 0.9))
                .weightInit(WeightInit.XAVIER)
                .graphBuilder()
                .addInputs("in")
                .addLayer("c1", conv.layer(4, format), "in")
                .addLayer("n1", new BatchNormalization.Builder().dataFormat(format).build(), "c1")
                .addLayer(
                    "a1", new ActivationLayer.Builder().activation(Activation.TANH).build(), "n1")
                .addLayer("c2", conv.layer(4, format), "a1")
                .addLayer("n2", new BatchNormalization.Builder().dataFormat(format).build(), "c2")
                .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "n2", "a1")
                .addLayer("pool", pool(format), "add")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build(),
                    "pool")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(SIZE, SIZE, 3, format))
                .build());
    net.init();
    return net;
  }

  private static DataSet data(CNN2DFormat format) {
    return new DataSet(images(format, BATCH, 3, SIZE), labels(BATCH));
  }

  private static INDArray images(CNN2DFormat format, int n, int channels, int size) {
    return format == CNN2DFormat.NCHW
        ? random(n, channels, size, size)
        : random(n, size, size, channels);
  }

  private static INDArray random(long... shape) {
    Nd4j.getRandom().setSeed(3);
    return Nd4j.randn(DataType.FLOAT, shape);
  }

  private static GlobalPoolingLayer pool(CNN2DFormat format) {
    int[] pixels = format == CNN2DFormat.NCHW ? new int[] {2, 3} : new int[] {1, 2};
    return new GlobalPoolingLayer.Builder().poolingDimensions(pixels).build();
  }

  private static INDArray labels(int n) {
    INDArray y = Nd4j.zeros(DataType.FLOAT, n, 3);
    for (int i = 0; i < n; i++) {
      y.putScalar(i, i % 3, 1);
    }
    return y;
  }
}
