package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.dl4jtt.contraction.ConvPlan;
import org.dl4jtt.layers.impl.TensorConvLayer;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.RankBounds;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.TensorRing;
import org.dl4jtt.tensor.TensorTrain;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** {@link TTConv} and {@link TRConv} against DL4J's own convolution with the full kernel put in. */
class TensorConvTest {
  private static final int CHANNELS = 4;
  private static final int FILTERS = 6;
  private static final int HEIGHT = 7;
  private static final int WIDTH = 6;

  @AfterEach
  void floatIsTheDefault() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  /** Every option of a convolution. */
  record Options(
      String name,
      int[] kernel,
      int[] stride,
      int[] padding,
      int[] dilation,
      ConvolutionMode mode,
      boolean bias,
      CNN2DFormat format,
      Scheme scheme,
      int ring) {
    Options with(CNN2DFormat f, Scheme s, int r) {
      return new Options(name, kernel, stride, padding, dilation, mode, bias, f, s, r);
    }

    @Override
    public String toString() {
      return String.join(" ", name, format.name(), scheme.name(), ring == 1 ? "train" : "ring");
    }
  }

  /**
   * Half of them: with every option each format, scheme and kind of ranks, and each two of these
   * together. What a gradient check costs is better spent on more options than on all products.
   */
  static List<Options> halfOfTheOptions() {
    return options().stream()
        .filter(o -> (o.format.ordinal() + o.scheme.ordinal() + o.ring) % 2 == 0)
        .toList();
  }

  static List<Options> options() {
    int[] one = {1, 1};
    int[] none = {0, 0};
    ConvolutionMode truncate = ConvolutionMode.Truncate;
    List<Options> bases =
        List.of(
            base("plain", new int[] {3, 3}, one, none, one, truncate, true),
            base("no bias", new int[] {3, 3}, one, one, one, truncate, false),
            base(
                "rectangular",
                new int[] {2, 3},
                new int[] {1, 2},
                new int[] {1, 0},
                one,
                truncate,
                true),
            base("1x1", one, one, none, one, truncate, true),
            base("1x1 stride 2", one, new int[] {2, 2}, none, one, truncate, true),
            base("same", new int[] {3, 3}, one, none, one, ConvolutionMode.Same, true),
            base(
                "same, even kernel, stride 2",
                new int[] {2, 4},
                new int[] {2, 2},
                none,
                one,
                ConvolutionMode.Same,
                true),
            base(
                "strict",
                new int[] {3, 2},
                new int[] {2, 2},
                none,
                one,
                ConvolutionMode.Strict,
                true),
            base("dilated", new int[] {2, 3}, one, one, new int[] {3, 2}, truncate, true),
            base(
                "dilated same, stride 2",
                new int[] {3, 2},
                new int[] {2, 1},
                none,
                new int[] {2, 2},
                ConvolutionMode.Same,
                true));
    List<Options> all = new ArrayList<>();
    for (Options base : bases) {
      for (CNN2DFormat format : CNN2DFormat.values()) {
        for (Scheme scheme : Scheme.values()) {
          for (int ring : new int[] {1, 2}) {
            all.add(base.with(format, scheme, ring));
          }
        }
      }
    }
    return all;
  }

  private static Options base(
      String name,
      int[] kernel,
      int[] stride,
      int[] padding,
      int[] dilation,
      ConvolutionMode mode,
      boolean bias) {
    return new Options(
        name, kernel, stride, padding, dilation, mode, bias, CNN2DFormat.NCHW, Scheme.SEPARATED, 1);
  }

  private static TensorForm form(Options o) {
    Tensorization t =
        Tensorization.kernel(o.scheme, List.of(2, 3), o.kernel[0], o.kernel[1], List.of(2, 2));
    List<Integer> ranks =
        o.scheme == Scheme.PAIRED
            ? List.of(o.ring, 1 + o.ring, 2, o.ring)
            : List.of(o.ring, 2, 3, 2, 2, o.ring);
    return TensorForm.of(t, RankBounds.clip(t, ranks)); // a 1x1 kernel reaches less
  }

  private static FeedForwardLayer tensor(Options o) {
    TensorForm form = form(o);
    return form.isTrain()
        ? options(new TTConv.Builder(o.kernel).form(form), o).build()
        : options(new TRConv.Builder(o.kernel).form(form), o).build();
  }

  private static <T extends ConvolutionLayer.BaseConvBuilder<T>> T options(T builder, Options o) {
    return builder
        .nOut(FILTERS)
        .stride(o.stride)
        .padding(o.padding)
        .dilation(o.dilation)
        .convolutionMode(o.mode)
        .hasBias(o.bias)
        .activation(Activation.TANH);
  }

  private static MultiLayerNetwork net(FeedForwardLayer layer, CNN2DFormat format, DataType type) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(type)
                .seed(11)
                .updater(new NoOp())
                .list(
                    layer,
                    new LossLayer.Builder(LossFunctions.LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.convolutional(HEIGHT, WIDTH, CHANNELS, format))
                .build());
    net.init();
    return net;
  }

  private static INDArray input(Options o, DataType type, int batch) {
    Nd4j.getRandom().setSeed(5);
    return o.format == CNN2DFormat.NCHW
        ? Nd4j.randn(type, batch, CHANNELS, HEIGHT, WIDTH)
        : Nd4j.randn(type, batch, HEIGHT, WIDTH, CHANNELS);
  }

  private static INDArray fullKernel(TensorForm form, org.deeplearning4j.nn.api.Layer layer) {
    List<INDArray> cores = new ArrayList<>();
    for (int k = 0; k < form.order(); k++) {
      INDArray core = layer.getParam("core" + k);
      long l = core.size(0);
      long r = core.size(core.rank() - 1);
      cores.add(core.dup('c').reshape('c', new long[] {l, core.length() / l / r, r}));
    }
    return new FactoredWeight(
            form.tensorization(), form.isTrain() ? new TensorTrain(cores) : new TensorRing(cores))
        .toParameter();
  }

  private static MultiLayerNetwork stockTwin(Options o, MultiLayerNetwork tensor) {
    MultiLayerNetwork stock =
        net(
            options(new ConvolutionLayer.Builder(o.kernel), o).build(),
            o.format,
            tensor.params().dataType());
    stock.getLayer(0).getParam("W").assign(fullKernel(form(o), tensor.getLayer(0)));
    if (o.bias) {
      tensor
          .getLayer(0)
          .getParam("b")
          .assign(Nd4j.linspace(-1, 1, FILTERS, tensor.params().dataType()));
      stock.getLayer(0).getParam("b").assign(tensor.getLayer(0).getParam("b"));
    }
    return stock;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("options")
  void outputAndInputGradient_equalDl4jsOwn(Options o) {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      double tolerance = type == DataType.DOUBLE ? 1e-12 : 1e-5; // sums of some 50 products of O(1)
      MultiLayerNetwork tensor = net(tensor(o), o.format, type);
      MultiLayerNetwork stock = stockTwin(o, tensor);
      INDArray x = input(o, type, 3);
      INDArray expected = stock.output(x);
      for (ConvPlan plan : candidates(tensor, x)) {
        pin(tensor, plan);
        assertThat(distance(tensor.output(x), expected)).as(plan.describe()).isLessThan(tolerance);
        tensor.setInput(x);
        stock.setInput(x);
        INDArray labels = expected.mul(0.5);
        INDArray dx = inputGradient(tensor, x, labels);
        INDArray dxStock = inputGradient(stock, x, labels);
        assertThat(distance(dx, dxStock)).as(plan.describe()).isLessThan(tolerance * 10);
      }
    }
  }

  private static INDArray inputGradient(MultiLayerNetwork net, INDArray x, INDArray labels) {
    net.setInput(x);
    net.setLabels(labels);
    return net.calculateGradients(x, labels, null, null).getSecond();
  }

  private static List<ConvPlan> candidates(MultiLayerNetwork net, INDArray x) {
    net.setInput(x);
    ConvPlan chosen = ((TensorConvLayer) net.getLayer(0)).plan(x, true);
    return ConvPlan.candidates(chosen.form(), chosen.geometry(), true);
  }

  private static void pin(MultiLayerNetwork net, ConvPlan plan) {
    ((TensorConvLayer) net.getLayer(0)).pinPlan(plan.kind());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("halfOfTheOptions")
  void gradients_passTheCheck_batchOneAndThree(Options o) {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE); // GradientCheckUtil insists
    MultiLayerNetwork net = net(tensor(o), o.format, DataType.DOUBLE);
    for (int batch : new int[] {1, 3}) {
      INDArray x = input(o, DataType.DOUBLE, batch);
      INDArray labels = net.output(x).add(0.3);
      boolean ok =
          GradientCheckUtil.checkGradients(
              new GradientCheckUtil.MLNConfig()
                  .net(net)
                  .input(x)
                  .labels(labels)
                  .print(GradientCheckUtil.PrintMode.FAILURES_ONLY));
      assertThat(ok).isTrue();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("options")
  void floatGradients_equalDoubleGradients(Options o) {
    MultiLayerNetwork wide = net(tensor(o), o.format, DataType.DOUBLE);
    MultiLayerNetwork narrow = net(tensor(o), o.format, DataType.FLOAT);
    narrow.params().assign(wide.params().castTo(DataType.FLOAT));
    INDArray x = input(o, DataType.DOUBLE, 3);
    INDArray labels = wide.output(x).add(0.3);
    Gradient expected = wide.calculateGradients(x, labels, null, null).getFirst();
    Gradient actual =
        narrow
            .calculateGradients(x.castTo(DataType.FLOAT), labels.castTo(DataType.FLOAT), null, null)
            .getFirst();
    expected
        .gradientForVariable()
        .forEach(
            (name, gradient) ->
                assertThat(distance(actual.getGradientFor(name), gradient))
                    .as(name)
                    .isLessThan(1e-4 * Math.max(1, gradient.amaxNumber().doubleValue())));
  }

  @Test
  void aRingOfRankOne_equalsTheTrainBitForBit() {
    TensorForm form =
        TensorForm.of(
            Tensorization.kernel(Scheme.SEPARATED, List.of(2, 3), 3, 3, List.of(2, 2)),
            List.of(1, 2, 3, 2, 2, 1));
    for (CNN2DFormat format : CNN2DFormat.values()) {
      MultiLayerNetwork train =
          net(new TTConv.Builder(3, 3).nOut(FILTERS).form(form).build(), format, DataType.FLOAT);
      MultiLayerNetwork ring =
          net(new TRConv.Builder(3, 3).nOut(FILTERS).form(form).build(), format, DataType.FLOAT);
      ring.params().assign(train.params());
      Options o = options().get(0).with(format, Scheme.SEPARATED, 1);
      INDArray x = input(o, DataType.FLOAT, 3);
      assertThat(ring.output(x)).isEqualTo(train.output(x));
    }
  }

  @Test
  void wrongModes_nameTheLayerAndTheProduct() {
    assertThatThrownBy(
            () ->
                new TTConv.Builder(3, 3)
                    .name("conv1")
                    .nIn(8)
                    .nOut(16)
                    .inputModes(2, 3)
                    .outputModes(4, 4)
                    .ranks(2)
                    .build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("conv1")
        .hasMessageContaining("inputModes 2x3 = 6 but nIn = 8");
  }

  @Test
  void anotherNumberOfFilters_isRefused_withTheLayersName() {
    MultiLayerNetwork net =
        net(
            new TTConv.Builder(3, 3).name("conv1").nOut(6).autoModes(2).ranks(2).build(),
            CNN2DFormat.NCHW,
            DataType.FLOAT);
    assertThatThrownBy(
            () ->
                new TransferLearning.Builder(net)
                    .fineTuneConfiguration(
                        new FineTuneConfiguration.Builder().updater(new NoOp()).build())
                    .nOutReplace(0, 8, WeightInit.XAVIER)
                    .build())
        .hasStackTraceContaining("layer 'conv1': outputModes 3x2 = 6 but nOut = 8");
  }

  @Test
  void aCausalConvolution_isRefused() {
    assertThatThrownBy(() -> new TTConv.Builder(3, 3).convolutionMode(ConvolutionMode.Causal))
        .hasMessageContaining("Causal convolution mode can only be used with 1D");
  }

  @Test
  void channelsInTheWrongPlace_areNamed() {
    Options o = options().get(0);
    MultiLayerNetwork net = net(tensor(o), CNN2DFormat.NCHW, DataType.FLOAT);
    assertThatThrownBy(() -> net.output(Nd4j.create(DataType.FLOAT, 2, HEIGHT, WIDTH, CHANNELS)))
        .hasMessageContaining("with 4 channels")
        .hasMessageContaining("NHWC");
  }

  private static double distance(INDArray a, INDArray b) {
    INDArray difference = a.castTo(DataType.DOUBLE).sub(b.castTo(DataType.DOUBLE));
    double max = difference.amaxNumber().doubleValue();
    return Double.isNaN(difference.sumNumber().doubleValue()) ? Double.NaN : max;
  }
}
