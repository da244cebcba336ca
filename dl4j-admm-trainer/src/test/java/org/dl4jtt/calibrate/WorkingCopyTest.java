package org.dl4jtt.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.layers.convert.WeightShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * The oracle is DL4J: what a working copy sees of every weight, Σ g xᵀ over all rows, must be the
 * gradient that DL4J's own training computes, and its output DL4J's own.
 */
class WorkingCopyTest {

  record Case(String name, Model network, MultiDataSet data) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final Random RANDOM = new Random(7);

  private static INDArray random(long... shape) {
    INDArray array = Nd4j.create(DataType.DOUBLE, shape, 'c');
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, RANDOM.nextGaussian());
    }
    return array;
  }

  /** One-hot along axis 1. */
  private static INDArray classes(long... shape) {
    INDArray labels = Nd4j.create(DataType.DOUBLE, shape, 'c');
    INDArray rows = Rows.of(labels, 1, null).values();
    for (int r = 0; r < rows.size(0); r++) {
      int b = shape.length == 3 ? (int) (r / shape[2]) : r;
      int c = RANDOM.nextInt((int) shape[1]);
      if (shape.length == 2) {
        labels.putScalar(b, c, 1);
      } else {
        labels.putScalar(new long[] {b, c, r % shape[2]}, 1);
      }
    }
    return labels;
  }

  private static MultiDataSet data(INDArray x, INDArray y) {
    return new MultiDataSet(x, y);
  }

  private static MultiDataSet masked(INDArray x, INDArray y, INDArray mask, INDArray labelMask) {
    return new MultiDataSet(
        new INDArray[] {x},
        new INDArray[] {y},
        new INDArray[] {mask},
        labelMask == null ? null : new INDArray[] {labelMask});
  }

  private static NeuralNetConfiguration.Builder builder() {
    return new NeuralNetConfiguration.Builder()
        .seed(3)
        .dataType(DataType.DOUBLE)
        .updater(new NoOp())
        .activation(Activation.TANH)
        .dist(new NormalDistribution(0, 0.6));
  }

  private static MultiLayerNetwork network(
      InputType input, Consumer<NeuralNetConfiguration.ListBuilder> layers) {
    NeuralNetConfiguration.ListBuilder list = builder().list();
    layers.accept(list);
    MultiLayerNetwork network = new MultiLayerNetwork(list.setInputType(input).build());
    network.init();
    for (INDArray parameter : network.paramTable().values()) {
      parameter.addi(Nd4j.rand(DataType.DOUBLE, parameter.shape()).muli(0.1)); // biases, too
    }
    return network;
  }

  private static OutputLayer softmax(int classes) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(classes)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static RnnOutputLayer steps(int classes, RNNFormat format) {
    return new RnnOutputLayer.Builder(LossFunction.MCXENT)
        .nOut(classes)
        .activation(Activation.SOFTMAX)
        .dataFormat(format)
        .build();
  }

  private static LSTM lstm() {
    return new LSTM.Builder().nOut(4).build();
  }

  private static INDArray mask() {
    return Nd4j.createFromArray(new double[][] {{1, 1, 1, 1, 1}, {1, 1, 1, 0, 0}, {1, 1, 1, 1, 0}});
  }

  private static Case conv(String name, CNN2DFormat format, ConvolutionLayer layer) {
    InputType input = InputType.convolutional(7, 6, 3, format);
    INDArray x = format == CNN2DFormat.NCHW ? random(4, 3, 7, 6) : random(4, 7, 6, 3);
    return new Case(
        name, network(input, l -> l.layer(layer).layer(softmax(3))), data(x, classes(4, 3)));
  }

  private static ConvolutionLayer.Builder convolution(int kH, int kW) {
    return new ConvolutionLayer.Builder(kH, kW).nOut(4);
  }

  private static Case recurrent(String name, org.deeplearning4j.nn.conf.layers.Layer layer) {
    return new Case(
        name,
        network(InputType.recurrent(3, 5), l -> l.layer(layer).layer(steps(2, RNNFormat.NCW))),
        data(random(3, 3, 5), classes(3, 2, 5)));
  }

  private static Case maskedRecurrent(String name, org.deeplearning4j.nn.conf.layers.Layer layer) {
    Case plain = recurrent(name + ", masks", layer);
    return new Case(
        plain.name(),
        plain.network(),
        masked(plain.data().getFeatures(0), plain.data().getLabels(0), mask(), mask()));
  }

  @SuppressWarnings("deprecation")
  static Stream<Case> cases() {
    InputType sequence = InputType.recurrent(3, 5);
    INDArray zeroed = random(3, 3, 5);
    INDArray padded = mask();
    for (int b = 0; b < 3; b++) {
      for (int t = 0; t < 5; t++) {
        for (int i = 0; i < 3 && padded.getDouble(b, t) == 0; i++) {
          zeroed.putScalar(new int[] {b, i, t}, 0);
        }
      }
    }
    INDArray nines = zeroed.dup();
    for (int b = 0; b < 3; b++) {
      for (int t = 0; t < 5; t++) {
        for (int i = 0; i < 3 && padded.getDouble(b, t) == 0; i++) {
          nines.putScalar(new int[] {b, i, t}, 9);
        }
      }
    }
    return Stream.of(
        new Case(
            "dense",
            network(
                InputType.feedForward(5),
                l ->
                    l.layer(new DenseLayer.Builder().nOut(4).dropOut(0.5).build())
                        .layer(new DenseLayer.Builder().nOut(3).hasBias(false).build())
                        .layer(softmax(3))),
            data(random(6, 5), classes(6, 3))),
        new Case(
            "frozen, loss layer",
            network(
                InputType.feedForward(5),
                l ->
                    l.layer(new DenseLayer.Builder().nOut(4).build())
                        .layer(
                            new FrozenLayerWithBackprop(new DenseLayer.Builder().nOut(3).build()))
                        .layer(
                            new LossLayer.Builder(LossFunction.MSE)
                                .activation(Activation.SIGMOID)
                                .build())),
            data(random(6, 5), random(6, 3))),
        conv("conv", CNN2DFormat.NCHW, convolution(3, 2).build()),
        conv("conv, NHWC", CNN2DFormat.NHWC, convolution(3, 2).build()),
        conv("conv, stride", CNN2DFormat.NCHW, convolution(3, 3).stride(2, 1).build()),
        conv("conv, padding", CNN2DFormat.NCHW, convolution(3, 3).padding(1, 2).build()),
        conv(
            "conv, dilation, NHWC",
            CNN2DFormat.NHWC,
            convolution(2, 3).dilation(2, 1).padding(1, 0).build()),
        conv(
            "conv, same, stride",
            CNN2DFormat.NCHW,
            convolution(3, 2).stride(2, 2).convolutionMode(ConvolutionMode.Same).build()),
        conv(
            "conv, same, NHWC",
            CNN2DFormat.NHWC,
            convolution(4, 3).convolutionMode(ConvolutionMode.Same).hasBias(false).build()),
        recurrent(
            "conv 1-D, same",
            new Convolution1DLayer.Builder(3)
                .nOut(4)
                .convolutionMode(ConvolutionMode.Same)
                .build()),
        recurrent(
            "conv 1-D, causal, dilation",
            new Convolution1DLayer.Builder(2)
                .nOut(4)
                .dilation(2)
                .convolutionMode(ConvolutionMode.Causal)
                .build()),
        new Case(
            "pooling",
            network(
                InputType.convolutional(6, 6, 2),
                l ->
                    l.layer(convolution(3, 3).build())
                        .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
                        .layer(convolution(2, 2).build())
                        .layer(new GlobalPoolingLayer.Builder().build())
                        .layer(softmax(3))),
            data(random(4, 2, 6, 6), classes(4, 3))),
        recurrent("LSTM", lstm()),
        maskedRecurrent("LSTM", lstm()),
        recurrent("Graves LSTM", new GravesLSTM.Builder().nOut(4).build()),
        recurrent("simple", new SimpleRnn.Builder().nOut(4).build()),
        maskedRecurrent("simple", new SimpleRnn.Builder().nOut(4).build()),
        recurrent("both ways", new Bidirectional(Bidirectional.Mode.CONCAT, lstm())),
        maskedRecurrent("both ways", new Bidirectional(Bidirectional.Mode.CONCAT, lstm())),
        recurrent("both ways, multiplied", new Bidirectional(Bidirectional.Mode.MUL, lstm())),
        new Case(
            "LSTM, NWC",
            network(
                InputType.recurrent(3, 5, RNNFormat.NWC),
                l ->
                    l.layer(new LSTM.Builder().nOut(4).dataFormat(RNNFormat.NWC).build())
                        .layer(steps(2, RNNFormat.NWC))),
            data(random(3, 5, 3), classes(3, 2, 5).permute(0, 2, 1).dup('c'))),
        new Case(
            "last step, masks",
            network(sequence, l -> l.layer(new LastTimeStep(lstm())).layer(softmax(3))),
            masked(random(3, 3, 5), classes(3, 3), mask(), null)),
        new Case(
            "mask zero",
            network(
                sequence,
                l -> l.layer(new LastTimeStep(new MaskZeroLayer(lstm(), 0))).layer(softmax(3))),
            data(zeroed, classes(3, 3))),
        new Case(
            "mask nine",
            network(
                sequence,
                l -> l.layer(new LastTimeStep(new MaskZeroLayer(lstm(), 9))).layer(softmax(3))),
            data(nines, classes(3, 3))),
        recurrent(
            "time distributed", new TimeDistributed(new DenseLayer.Builder().nOut(4).build())),
        new Case(
            "embedding",
            network(
                InputType.feedForward(6),
                l ->
                    l.layer(new EmbeddingLayer.Builder().nIn(6).nOut(4).hasBias(true).build())
                        .layer(softmax(3))),
            data(Nd4j.createFromArray(new double[][] {{1}, {5}, {0}, {1}}), classes(4, 3))),
        new Case(
            "embedded sequence",
            network(
                InputType.recurrent(6, 4),
                l ->
                    l.layer(
                            new EmbeddingSequenceLayer.Builder()
                                .nIn(6)
                                .nOut(4)
                                .inputLength(4)
                                .build())
                        .layer(lstm())
                        .layer(steps(2, RNNFormat.NCW))),
            data(
                Nd4j.createFromArray(new double[][] {{1, 2, 2, 0}, {5, 5, 3, 4}}),
                classes(2, 2, 4))),
        new Case(
            "images of values",
            network(
                InputType.convolutional(4, 4, 2),
                l ->
                    l.layer(convolution(3, 3).nOut(2).convolutionMode(ConvolutionMode.Same).build())
                        .layer(
                            new CnnLossLayer.Builder(LossFunction.MSE)
                                .activation(Activation.IDENTITY)
                                .build())),
            data(random(3, 2, 4, 4), random(3, 2, 4, 4))),
        new Case("graph", graph(), graphData()));
  }

  private static ComputationGraph graph() {
    ComputationGraph graph =
        new ComputationGraph(
            builder()
                .graphBuilder()
                .addInputs("a", "b")
                .addLayer("shared", new DenseLayer.Builder().nIn(4).nOut(4).build(), "a")
                .addLayer("left", new DenseLayer.Builder().nIn(4).nOut(4).build(), "shared")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "left", "shared")
                .addVertex("all", new MergeVertex(), "sum", "b")
                .addLayer(
                    "out1",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(7)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build(),
                    "all")
                .addLayer(
                    "out2",
                    new OutputLayer.Builder(LossFunction.XENT)
                        .nIn(4)
                        .nOut(2)
                        .activation(Activation.SIGMOID)
                        .build(),
                    "shared")
                .setOutputs("out1", "out2")
                .build());
    graph.init();
    return graph;
  }

  private static MultiDataSet graphData() {
    return new MultiDataSet(
        new INDArray[] {random(5, 4), random(5, 3)},
        new INDArray[] {
          classes(5, 3),
          Nd4j.createFromArray(new double[][] {{0, 1}, {1, 1}, {0, 0}, {1, 0}, {0, 1}})
        });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void output_isThatOfTheNetwork(Case c) {
    WorkingCopy copy = WorkingCopy.of(c.network());

    Pass pass = Pass.forward(copy, c.data());

    for (int i = 0; i < copy.outputs().size(); i++) {
      INDArray expected = output(c)[i];
      assertThat(pass.activation(copy.outputs().get(i)).distance2(expected)).isLessThan(1e-11);
    }
  }

  private static INDArray[] output(Case c) {
    if (c.network() instanceof ComputationGraph graph) {
      return graph.output(false, c.data().getFeatures());
    }
    MultiLayerNetwork network = (MultiLayerNetwork) c.network();
    return new INDArray[] {
      network.output(c.data().getFeatures(0), false, c.data().getFeaturesMaskArray(0), null)
    };
  }

  /** DL4J's gradients by "layer_parameter", summed over the batch. */
  private static Map<String, INDArray> gradients(Case c) {
    Model trained = c.network();
    if (trained instanceof ComputationGraph graph) {
      ComputationGraph copy = graph.clone();
      copy.setInputs(c.data().getFeatures());
      copy.setLabels(c.data().getLabels());
      copy.computeGradientAndScore();
      return copy.gradient().gradientForVariable();
    }
    MultiLayerNetwork copy = ((MultiLayerNetwork) trained).clone();
    for (var layer : copy.getLayers()) {
      layer.conf().getLayer().setIDropout(null);
    }
    copy.setInput(c.data().getFeatures(0));
    copy.setLabels(c.data().getLabels(0));
    copy.setLayerMaskArrays(c.data().getFeaturesMaskArray(0), c.data().getLabelsMaskArray(0));
    copy.computeGradientAndScore();
    return copy.gradient().gradientForVariable();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void whatIsSeen_isDl4jsGradient(Case c) {
    WorkingCopy copy = WorkingCopy.of(c.network());
    Pass pass = Pass.forward(copy, c.data());

    pass.backward(null);

    Map<String, INDArray> expected = new TreeMap<>(gradients(c));
    int compared = 0;
    for (Step step : copy.steps()) {
      if (step instanceof LinearStep linear) {
        for (LinearStep.Seen seen : linear.seen()) {
          WeightShape shape = linear.weights().get(seen.parameter());
          String prefix =
              c.network() instanceof ComputationGraph
                  ? step.name()
                  : String.valueOf(copy.steps().indexOf(step));
          INDArray dl4j = expected.get(prefix + "_" + seen.parameter());
          if (prefix.equals("1") && c.name().startsWith("frozen")) {
            continue; // DL4J has none
          }
          INDArray found = gradient(seen, shape);
          assertThat(found.distance2(matrix(dl4j, shape)))
              .as("%s of %s", seen.parameter(), step.name())
              .isCloseTo(0, within(1e-9));
          assertThat(found.norm2Number().doubleValue()).isGreaterThan(1e-3);
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThan(0);
  }

  /** Σ g xᵀ [O, P·I]. */
  private static INDArray gradient(LinearStep.Seen seen, WeightShape shape) {
    INDArray g = seen.gradients().values();
    INDArray sum =
        Nd4j.create(DataType.DOUBLE, shape.outputs(), MomentSize.positions(shape) * shape.inputs());
    long row = 0;
    for (int i = 0; i < seen.inputs().chunks(); i++) {
      INDArray x = seen.inputs().chunk(i).values().castTo(DataType.DOUBLE); // DL4J's float
      for (int r = 0; r < x.size(0); r++, row++) {
        INDArray input =
            seen.inputs().isOneHot()
                ? Nd4j.zeros(DataType.DOUBLE, sum.size(1)).putScalar((long) x.getDouble(r, 0), 1)
                : x.getRow(r);
        sum.addi(g.getRow(row).reshape(-1, 1).mmul(input.reshape(1, -1)));
      }
    }
    assertThat(row).isEqualTo(g.size(0));
    return sum;
  }

  /** A parameter as [O, P·I], entry by entry. */
  private static INDArray matrix(INDArray parameter, WeightShape shape) {
    if (shape.kernel().isEmpty()) {
      return parameter.transpose().dup('c');
    }
    int w = shape.kernel().get(1);
    int n = shape.inputs();
    if (w == 1) { // DL4J declares [O, I, k, 1] for a sequence, and reads the memory as [k, I, O]
      return parameter.dup('c').reshape('c', new long[] {-1, shape.outputs()}).transpose().dup('c');
    }
    INDArray matrix =
        Nd4j.create(DataType.DOUBLE, shape.outputs(), MomentSize.positions(shape) * n);
    for (int o = 0; o < shape.outputs(); o++) {
      for (int i = 0; i < n; i++) {
        for (int p = 0; p < MomentSize.positions(shape); p++) {
          matrix.putScalar(o, p * n + i, parameter.getDouble(o, i, p / w, p % w));
        }
      }
    }
    return matrix;
  }

  /** Batch norm as in inference, where DL4J's own backward pass is that of training. */
  @Test
  void behindABatchNorm_gradientsAreThoseOfInference() {
    MultiLayerNetwork network =
        network(
            InputType.convolutional(5, 5, 2),
            l ->
                l.layer(
                        convolution(3, 3)
                            .nOut(3)
                            .hasBias(false)
                            .activation(Activation.IDENTITY)
                            .build())
                    .layer(new BatchNormalization.Builder().build())
                    .layer(softmax(3)));
    network.getLayer(1).getParam("mean").assign(random(1, 3));
    network.getLayer(1).getParam("log10stdev").assign(random(1, 3).mul(0.2));
    MultiDataSet data = data(random(4, 2, 5, 5), classes(4, 3));
    WorkingCopy copy = WorkingCopy.of(network);
    Pass pass = Pass.forward(copy, data);
    pass.backward(null);
    LinearStep step = (LinearStep) copy.steps().get(0);
    LinearStep.Seen seen = step.seen().get(0);
    INDArray found = gradient(seen, step.weights().get("W"));

    INDArray w = network.getLayer(0).getParam("W");
    INDArray numeric = w.like();
    double h = 1e-5;
    for (long i = 0; i < w.length(); i++) {
      double value = w.getDouble(i);
      w.putScalar(i, value + h);
      double above = loss(network, data);
      w.putScalar(i, value - h);
      double below = loss(network, data);
      w.putScalar(i, value);
      numeric.putScalar(i, (above - below) / (2 * h));
    }
    assertThat(found.distance2(matrix(numeric, step.weights().get("W")))).isLessThan(1e-7);
  }

  private static double loss(MultiLayerNetwork network, MultiDataSet data) {
    INDArray p = network.output(data.getFeatures(0), false);
    double sum = 0;
    for (int b = 0; b < p.size(0); b++) {
      for (int c = 0; c < p.size(1); c++) {
        sum -= data.getLabels(0).getDouble(b, c) * Math.log(p.getDouble(b, c));
      }
    }
    return sum;
  }
}
