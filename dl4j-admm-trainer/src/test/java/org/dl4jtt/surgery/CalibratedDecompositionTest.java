package org.dl4jtt.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.calibrate.Calibration;
import org.dl4jtt.layers.convert.StockWeights;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.NetworkLayer;
import org.dl4jtt.plan.PlanBuilder;
import org.dl4jtt.plan.PlannedWeight;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class CalibratedDecompositionTest {
  private static final int EXAMPLES = 200;

  /**
   * A network whose inputs are correlated.
   *
   * @param data features of 400 examples; the first half calibrates, the second one judges
   */
  record Case(String name, Model network, INDArray data) {
    INDArray part(int half) {
      INDArray rows = data.dup('c');
      long each = rows.length() / rows.size(0);
      long[] shape = rows.shape().clone();
      shape[0] = EXAMPLES;
      return rows.reshape('c', new long[] {rows.size(0), each})
          .get(NDArrayIndex.interval(half * EXAMPLES, (half + 1) * EXAMPLES), NDArrayIndex.all())
          .dup('c')
          .reshape('c', shape);
    }

    ExistingDataSetIterator batches() {
      return new ExistingDataSetIterator(List.of(new DataSet(part(0), null)));
    }

    /** Batch norms whose statistics are those of the data, as after training. */
    Case normed() {
      if (network instanceof ComputationGraph graph) {
        BatchNormStatistics.reestimate(graph, batches());
      } else {
        BatchNormStatistics.reestimate((MultiLayerNetwork) network, batches());
      }
      return this;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Numbers whose principal directions have deviations 1, 1/2, 1/3, … over the last axes. */
  private static INDArray correlated(long... shape) {
    long n = 1;
    for (int k = 1; k < shape.length; k++) {
      n *= shape[k];
    }
    INDArray mix = Nd4j.randn(DataType.DOUBLE, n, n);
    for (int k = 0; k < n; k++) {
      mix.getRow(k).muli(3.0 / (1 + k));
    }
    return Nd4j.randn(DataType.DOUBLE, shape[0], n).mmul(mix).addi(0.5).reshape('c', shape);
  }

  private static NeuralNetConfiguration.Builder builder() {
    return new NeuralNetConfiguration.Builder()
        .seed(1)
        .dataType(DataType.DOUBLE)
        .activation(Activation.RELU)
        .dist(new NormalDistribution(0, 0.3));
  }

  private static MultiLayerNetwork network(
      InputType input, Consumer<NeuralNetConfiguration.ListBuilder> layers) {
    NeuralNetConfiguration.ListBuilder list = builder().list();
    layers.accept(list);
    MultiLayerNetwork network = new MultiLayerNetwork(list.setInputType(input).build());
    network.init();
    return network;
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .name("out")
        .nOut(5)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static ConvolutionLayer conv(int n) {
    return new ConvolutionLayer.Builder(3, 3)
        .nOut(n)
        .hasBias(false)
        .activation(Activation.IDENTITY)
        .convolutionMode(ConvolutionMode.Same)
        .build();
  }

  static List<Case> cases() {
    Nd4j.getRandom().setSeed(5);
    InputType nhwc = InputType.convolutional(6, 6, 4, CNN2DFormat.NHWC);
    return List.of(
        new Case(
            "dense",
            network(
                InputType.feedForward(20),
                l ->
                    l.layer(new DenseLayer.Builder().name("fc1").nOut(24).build())
                        .layer(
                            new FrozenLayer(new DenseLayer.Builder().name("fc2").nOut(24).build()))
                        .layer(new DenseLayer.Builder().name("fc3").nOut(24).hasBias(false).build())
                        .layer(output())),
            correlated(2 * EXAMPLES, 20)),
        new Case(
                "images, channels last",
                network(
                    nhwc,
                    l ->
                        l.layer(conv(12))
                            .layer(new BatchNormalization())
                            .layer(new ActivationLayer(Activation.RELU))
                            .layer(conv(12))
                            .layer(new BatchNormalization())
                            .layer(new ActivationLayer(Activation.RELU))
                            .layer(new GlobalPoolingLayer(PoolingType.AVG))
                            .layer(output())),
                correlated(2 * EXAMPLES, 6, 6, 4))
            .normed(),
        new Case("residual graph", residual(), correlated(2 * EXAMPLES, 4, 6, 6)).normed(),
        new Case(
            "sequences",
            network(
                InputType.recurrent(10, 7),
                l ->
                    l.layer(
                            new Bidirectional(
                                Bidirectional.Mode.CONCAT,
                                new LSTM.Builder().nOut(8).activation(Activation.TANH).build()))
                        .layer(
                            new LastTimeStep(
                                new LSTM.Builder().nOut(8).activation(Activation.TANH).build()))
                        .layer(output())),
            correlated(2 * EXAMPLES, 10, 7)));
  }

  private static ComputationGraph residual() {
    var graph =
        builder()
            .graphBuilder()
            .addInputs("image")
            .setInputTypes(InputType.convolutional(6, 6, 4))
            .addLayer("stem", conv(12), "image")
            .addLayer("stem-bn", new BatchNormalization(), "stem")
            .addLayer("relu", new ActivationLayer(Activation.RELU), "stem-bn")
            .addLayer("conv", conv(12), "relu")
            .addLayer("conv-bn", new BatchNormalization(), "conv")
            .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "conv-bn", "relu")
            .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "sum")
            .addLayer("out", output(), "pool")
            .setOutputs("out")
            .build();
    ComputationGraph network = new ComputationGraph(graph);
    network.init();
    return network;
  }

  /** Every weight that can be, at about the given share of its rank. */
  private static CompressionPlan plan(Model network, double share) {
    PlanBuilder plan = CompressionPlan.of(network);
    for (NetworkLayer layer : NetworkLayer.of(network)) {
      StockWeights.of(layer.configuration())
          .forEach((name, shape) -> plan.layer(layer.name(), name, form(shape, share)));
    }
    return plan.build();
  }

  private static TensorForm form(WeightShape shape, double share) {
    Tensorization t =
        shape.tensorization(Scheme.SEPARATED, List.of(shape.outputs()), List.of(shape.inputs()));
    int full = Math.min(shape.outputs(), shape.inputs());
    return TensorForm.train(t, Math.max(1, (int) Math.round(share * full)));
  }

  private static INDArray output(Model network, INDArray x) {
    return network instanceof ComputationGraph graph
        ? graph.outputSingle(x)
        : ((MultiLayerNetwork) network).output(x);
  }

  private static Model decompose(Model network, CompressionPlan plan) {
    return network instanceof ComputationGraph graph
        ? ModelSurgery.decompose(graph, plan)
        : ModelSurgery.decompose((MultiLayerNetwork) network, plan);
  }

  private static Model decompose(Model network, CompressionPlan plan, Calibration calibration) {
    return network instanceof ComputationGraph graph
        ? ModelSurgery.decompose(graph, plan, calibration)
        : ModelSurgery.decompose((MultiLayerNetwork) network, plan, calibration);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void isFarNearerToTheNetwork_onExamplesThatItHasNotSeen(Case c) {
    CompressionPlan plan = plan(c.network(), 0.5);
    Calibration calibration = Calibration.of(c.network()).examples(EXAMPLES).run(c.batches());
    INDArray expected = output(c.network(), c.part(1));

    INDArray plain = output(decompose(c.network(), plan), c.part(1));
    INDArray calibrated = output(decompose(c.network(), plan, calibration), c.part(1));

    assertThat(calibrated.distance2(expected)).isLessThan(0.75 * plain.distance2(expected));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void atFullRank_theNetworkIsUnchanged(Case c) {
    CompressionPlan plan = plan(c.network(), 100);
    Calibration calibration = Calibration.of(c.network()).examples(EXAMPLES).run(c.batches());
    Model same = decompose(c.network(), plan, calibration);
    INDArray expected = output(c.network(), c.part(1));
    assertThat(output(same, c.part(1)).distance2(expected)).isLessThan(1e-8); // roots and norms
  }

  @Test
  void theGivenNetworkIsOnlyRead_andConversionIsTold() {
    Case c = cases().get(0);
    INDArray before = c.network().params().dup();
    List<String> told = new ArrayList<>();
    Calibration calibration =
        Calibration.of(c.network())
            .examples(EXAMPLES)
            .listener((what, done, of) -> told.add(what + " " + done + "/" + of))
            .run(c.batches());
    Model small = decompose(c.network(), plan(c.network(), 0.5), calibration);
    Model again = decompose(c.network(), plan(c.network(), 0.5), calibration);
    assertThat(c.network().params()).isEqualTo(before);
    assertThat(again.params()).isEqualTo(small.params());
    assertThat(told).contains("conversion 1/4", "conversion 4/4");
  }

  @Test
  void embeddings_areWeightedByHowOftenTheyAreRead() {
    int words = 30;
    MultiLayerNetwork network =
        network(
            InputType.recurrent(words, 6),
            l ->
                l.layer(
                        new EmbeddingSequenceLayer.Builder()
                            .nIn(words)
                            .nOut(12)
                            .inputLength(6)
                            .activation(Activation.IDENTITY)
                            .build())
                    .layer(new GlobalPoolingLayer(PoolingType.AVG))
                    .layer(output()));
    INDArray x = Nd4j.create(DataType.DOUBLE, 2 * EXAMPLES, 6);
    Random random = new Random(3);
    for (long i = 0; i < x.length(); i++) {
      x.putScalar(i, Math.min(words - 1, (int) Math.abs(4 * random.nextGaussian()))); // few words
    }
    Case c = new Case("embedding", network, x);
    isFarNearerToTheNetwork_onExamplesThatItHasNotSeen(c);
  }

  @Test
  void aCalibrationOfAnotherNetwork_isRefused_andNothingIsLost() {
    Case dense = cases().get(0);
    Case other = cases().get(3);
    Calibration calibration =
        Calibration.of(other.network()).examples(EXAMPLES).run(other.batches());
    CompressionPlan plan = plan(dense.network(), 0.5);
    INDArray before = dense.network().params().dup();
    assertThatThrownBy(() -> decompose(dense.network(), plan, calibration))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the calibration is of another network: it has layer ");
    assertThat(dense.network().params()).isEqualTo(before);
    assertThat(plan.weights()).extracting(PlannedWeight::layer).contains("fc1");
  }
}
