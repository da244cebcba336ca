package org.dl4jtt.accelerate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.dl4jtt.internal.onednn.OneDnn;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Small networks with data, and their comparison: the oracle is the stock path, the same network
 * from the same seed.
 */
final class StockNetworks {
  static final double FLOAT = 1e-5; // relative; sums of a few thousand floats in another order
  static final double TRAINED = 1e-4; // rounding, carried through steps of training
  static final int BATCH = 6;
  static final int SIZE = 9;

  /** 3x3 to as many pixels, tanh, with a bias. */
  static final Conv CONV = Conv.same(3, 1, Activation.TANH, true);

  private StockNetworks() {}

  /** One convolution: kernel, stride, padding, mode, activation, bias. */
  record Conv(
      int kh,
      int kw,
      int stride,
      int pad,
      ConvolutionMode mode,
      Activation activation,
      boolean bias) {
    static Conv same(int kernel, int stride, Activation activation, boolean bias) {
      return new Conv(kernel, kernel, stride, 0, ConvolutionMode.Same, activation, bias);
    }

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

  /** By oneDNN, where it is, and without. */
  static <N extends Model> void compare(Supplier<N> network, DataSet data, int steps) {
    for (boolean byOneDnn : new boolean[] {OneDnn.isAvailable(), false}) {
      compare(network.get(), network.get(), byOneDnn, data, steps);
    }
  }

  static void compare(Model stock, Model fast, boolean byOneDnn, DataSet data, int steps) {
    assertThat(fast.params()).isEqualTo(stock.params());
    assertThat(NativeHelpers.enable(fast, byOneDnn)).isPositive();
    for (int step = 0; step < steps; step++) {
      double tolerance = step == 0 ? FLOAT : TRAINED;
      assertClose(output(fast, data), output(stock, data), tolerance);
      fit(stock, data);
      fit(fast, data);
      assertClose(gradients(fast), gradients(stock), tolerance);
    }
    double tolerance = steps == 1 ? FLOAT : TRAINED;
    for (String name : stock.paramTable().keySet()) { // running mean and variance are parameters
      assertClose(fast.getParam(name), stock.getParam(name), tolerance);
    }
    assertClose(output(fast, data), output(stock, data), tolerance);
    assertThat(fast.score()).isCloseTo(stock.score(), withPercentage(100 * tolerance));
  }

  private static void fit(Model net, DataSet data) {
    if (net instanceof MultiLayerNetwork mln) {
      mln.fit(data);
    } else {
      ((ComputationGraph) net).fit(data);
    }
  }

  private static INDArray output(Model net, DataSet data) {
    return net instanceof MultiLayerNetwork mln
        ? mln.output(data.getFeatures())
        : ((ComputationGraph) net).outputSingle(data.getFeatures());
  }

  private static INDArray gradients(Model net) {
    return net instanceof MultiLayerNetwork mln
        ? mln.getFlattenedGradients()
        : ((ComputationGraph) net).getFlattenedGradients();
  }

  /** Relative to the norm, or to 0.1: a bias before a batch norm is nothing but rounding. */
  static void assertClose(INDArray actual, INDArray expected, double tolerance) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    double norm = expected.norm2Number().doubleValue();
    assertThat(actual.distance2(expected) / Math.max(0.1, norm)).isLessThan(tolerance);
  }

  static MultiLayerNetwork twoConvolutions(CNN2DFormat format) {
    return twoConvolutions(CONV, format, b -> {});
  }

  static MultiLayerNetwork twoConvolutions(
      Conv conv, CNN2DFormat format, Consumer<NeuralNetConfiguration.Builder> options) {
    return mln(
        InputType.convolutional(SIZE, SIZE, 3, format),
        options,
        conv.layer(5, format),
        norm(format),
        activation(Activation.TANH),
        CONV.layer(4, format),
        new BatchNormalization.Builder().dataFormat(format).useLogStd(false).build(),
        pool(format));
  }

  static MultiLayerNetwork mln(
      InputType input, Consumer<NeuralNetConfiguration.Builder> options, Layer... layers) {
    NeuralNetConfiguration.Builder builder = builder();
    options.accept(builder);
    NeuralNetConfiguration.ListBuilder list = builder.list();
    List.of(layers).forEach(list::layer);
    list.layer(softmax());
    MultiLayerNetwork net = new MultiLayerNetwork(list.setInputType(input).build());
    net.init();
    return net;
  }

  /**
   * From colour images, {@code in}, through some layers to a pooling and a softmax.
   *
   * @param layers returns the name of the last one
   */
  static ComputationGraph graph(
      CNN2DFormat format, int size, Function<GraphBuilder, String> layers) {
    GraphBuilder graph =
        builder()
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.convolutional(size, size, 3, format));
    String last = layers.apply(graph);
    graph.addLayer("pool", pool(format), last).addLayer("out", softmax(), "pool").setOutputs("out");
    ComputationGraph net = new ComputationGraph(graph.build());
    net.init();
    return net;
  }

  private static NeuralNetConfiguration.Builder builder() {
    return new NeuralNetConfiguration.Builder()
        .seed(5)
        .updater(new Nesterovs(0.02, 0.9))
        .weightInit(WeightInit.XAVIER)
        .dataType(DataType.FLOAT);
  }

  private static OutputLayer softmax() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(3)
        .activation(Activation.SOFTMAX)
        .build();
  }

  static BatchNormalization norm(CNN2DFormat format) {
    return new BatchNormalization.Builder().dataFormat(format).build();
  }

  static ActivationLayer activation(Activation function) {
    return new ActivationLayer.Builder().activation(function).build();
  }

  static GlobalPoolingLayer pool(CNN2DFormat format) {
    int[] pixels = format == CNN2DFormat.NCHW ? new int[] {2, 3} : new int[] {1, 2};
    return new GlobalPoolingLayer.Builder().poolingDimensions(pixels).build();
  }

  static DataSet data(CNN2DFormat format) {
    return new DataSet(images(format, BATCH, 3, SIZE), labels(BATCH));
  }

  static INDArray images(CNN2DFormat format, int n, int channels, int size) {
    return format == CNN2DFormat.NCHW
        ? random(n, channels, size, size)
        : random(n, size, size, channels);
  }

  static INDArray random(long... shape) {
    Nd4j.getRandom().setSeed(3);
    return Nd4j.randn(DataType.FLOAT, shape);
  }

  static INDArray labels(int n) {
    INDArray y = Nd4j.zeros(DataType.FLOAT, n, 3);
    for (int i = 0; i < n; i++) {
      y.putScalar(i, i % 3, 1);
    }
    return y;
  }
}
