package org.dl4jtt.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.dl4jtt.tensor.Metric;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class CalibrationTest {
  private static MultiLayerNetwork network(boolean bias, Activation output, LossFunction loss) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.DOUBLE)
                .activation(Activation.TANH)
                .list()
                .layer(new DenseLayer.Builder().name("fc").nOut(4).hasBias(bias).build())
                .layer(new OutputLayer.Builder(loss).name("out").nOut(3).activation(output).build())
                .setInputType(InputType.feedForward(5))
                .build());
    network.init();
    return network;
  }

  private static MultiLayerNetwork classifier() {
    return network(true, Activation.SOFTMAX, LossFunction.MCXENT);
  }

  private static List<DataSet> batches(long seed, int inputs, int... sizes) {
    Random random = new Random(seed);
    List<DataSet> batches = new ArrayList<>();
    for (int size : sizes) {
      INDArray x = Nd4j.create(DataType.DOUBLE, size, inputs);
      INDArray y = Nd4j.create(DataType.DOUBLE, size, 3);
      for (int b = 0; b < size; b++) {
        for (int i = 0; i < inputs; i++) {
          x.putScalar(b, i, 1 + random.nextGaussian() * (i + 1));
        }
        y.putScalar(b, random.nextInt(3), 1);
      }
      batches.add(new DataSet(x, y));
    }
    return batches;
  }

  private static DataSetIterator data(List<DataSet> batches) {
    return new ExistingDataSetIterator(batches);
  }

  @Test
  void moments_areThoseOfTheExamples_oneByOne() {
    MultiLayerNetwork network = classifier();
    List<DataSet> batches = batches(1, 5, 40, 50, 30);

    Calibration calibration = Calibration.of(network).examples(100).trueLabels().run(data(batches));

    assertThat(calibration.examples()).isEqualTo(100);
    INDArray x = DataSet.merge(batches).getFeatures();
    INDArray y = DataSet.merge(batches).getLabels();
    double[][] covariance = new double[5][5];
    double[][] moment = new double[3][3];
    double[] mean = new double[5];
    for (int b = 0; b < 100; b++) {
      for (int i = 0; i < 5; i++) {
        mean[i] += x.getDouble(b, i) / 100;
      }
    }
    INDArray p = network.output(x);
    for (int b = 0; b < 100; b++) {
      for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 5; j++) {
          covariance[i][j] += (x.getDouble(b, i) - mean[i]) * (x.getDouble(b, j) - mean[j]) / 100;
        }
      }
      for (int i = 0; i < 3; i++) { // softmax with cross entropy: g = p − y
        for (int j = 0; j < 3; j++) {
          double gi = p.getDouble(b, i) - y.getDouble(b, i);
          moment[i][j] += gi * (p.getDouble(b, j) - y.getDouble(b, j)) / 100;
        }
      }
    }
    Metric fc = calibration.metric("fc", "W").orElseThrow();
    assertThat(fc.inputs().orElseThrow().distance2(Nd4j.createFromArray(covariance)))
        .isLessThan(1e-10);
    Metric out = calibration.metric("out", "W").orElseThrow();
    assertThat(out.outputs().orElseThrow().distance2(Nd4j.createFromArray(moment)))
        .isLessThan(1e-10);
  }

  @Test
  void withoutABias_momentsAreNotCentred() {
    MultiLayerNetwork network = network(false, Activation.SOFTMAX, LossFunction.MCXENT);
    List<DataSet> batches = batches(1, 5, 60);
    INDArray x = batches.get(0).getFeatures();

    Metric metric =
        Calibration.of(network).examples(60).run(data(batches)).metric("fc", "W").orElseThrow();

    INDArray expected = x.transpose().mmul(x).div(60);
    assertThat(metric.inputs().orElseThrow().distance2(expected)).isLessThan(1e-10);
  }

  @Test
  void drawnLabels_haveTheFisherInformationOfTheSoftmax() {
    MultiLayerNetwork network = classifier();
    int n = 20_000;
    List<DataSet> batches = batches(2, 5, n);

    Metric metric =
        Calibration.of(network).examples(n).run(data(batches)).metric("out", "W").orElseThrow();

    INDArray p = network.output(batches.get(0).getFeatures());
    INDArray h = metric.outputs().orElseThrow();
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        double expected = 0; // E over y of (p − y)(p − y)ᵀ = diag(p) − p pᵀ
        for (int b = 0; b < n; b++) {
          double pi = p.getDouble(b, i);
          expected += ((i == j ? pi : 0) - pi * p.getDouble(b, j)) / n;
        }
        assertThat(h.getDouble(i, j)).isCloseTo(expected, within(0.01)); // 3 σ of 1 / √n
      }
    }
  }

  @Test
  void theSameSeed_givesTheSameBits_andLabelsAreNotNeeded() {
    MultiLayerNetwork network = classifier();
    List<DataSet> batches = batches(3, 5, 70);
    DataSet unlabelled = new DataSet(batches.get(0).getFeatures(), null);
    Calibration first = Calibration.of(network).examples(70).seed(5).run(data(batches));
    Calibration again = Calibration.of(network).examples(70).seed(5).run(data(List.of(unlabelled)));
    Calibration other = Calibration.of(network).examples(70).seed(6).run(data(batches));
    for (WeightName name : first.weights()) {
      INDArray h =
          first.metric(name.layer(), name.parameter()).orElseThrow().outputs().orElseThrow();
      INDArray same =
          again.metric(name.layer(), name.parameter()).orElseThrow().outputs().orElseThrow();
      INDArray differs =
          other.metric(name.layer(), name.parameter()).orElseThrow().outputs().orElseThrow();
      assertThat(same).isEqualTo(h);
      assertThat(differs).isNotEqualTo(h);
    }
    assertThat(first.weights())
        .containsExactlyInAnyOrder(new WeightName("fc", "W"), new WeightName("out", "W"));
  }

  @Test
  void labelsForAnySquaredOrBinaryLoss_canBeDrawn_forOthersTrueOnesAreAskedFor() {
    List<DataSet> batches = batches(3, 5, 30);
    for (LossFunction loss : List.of(LossFunction.MSE, LossFunction.XENT, LossFunction.L2)) {
      MultiLayerNetwork network = network(true, Activation.SIGMOID, loss);
      assertThat(Calibration.of(network).examples(30).run(data(batches)).weights()).hasSize(2);
    }
    MultiLayerNetwork hinge = network(true, Activation.IDENTITY, LossFunction.HINGE);
    assertThatThrownBy(() -> Calibration.of(hinge).examples(30).run(data(batches)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("layer out: labels for the loss")
        .hasMessageEndingWith("calibrate with trueLabels()");
    assertThat(Calibration.of(hinge).examples(30).trueLabels().run(data(batches)).weights())
        .hasSize(2);
  }

  @Test
  void aMomentAboveTheStatedSize_isKeptForChannels_orAsItsDiagonal() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.DOUBLE)
                .list()
                .layer(
                    new ConvolutionLayer.Builder(3, 3)
                        .name("conv")
                        .nOut(4)
                        .hasBias(false)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new BatchNormalization.Builder().build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .name("out")
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(6, 6, 2))
                .build());
    network.init();
    Nd4j.getRandom().setSeed(1);
    INDArray x = Nd4j.randn(DataType.DOUBLE, 30, 2, 6, 6);
    List<DataSet> batches = List.of(new DataSet(x, null));

    Calibration whole = Calibration.of(network).examples(30).run(data(batches));
    Calibration small = Calibration.of(network).examples(30).largestMoment(10).run(data(batches));

    INDArray patches = whole.metric("conv", "W").orElseThrow().inputs().orElseThrow();
    INDArray channels = small.metric("conv", "W").orElseThrow().inputs().orElseThrow();
    assertThat(patches.shape()).containsExactly(18, 18);
    assertThat(channels.shape()).containsExactly(2, 2);
    assertThat(small.metric("out", "W").orElseThrow().inputs().orElseThrow().shape())
        .containsExactly(64);
    // Σ = 1/P Σ_p C[p,:,p,:], but for the means: the channels' own, against each position's
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        double sum = 0;
        for (int p = 0; p < 9; p++) {
          sum += patches.getDouble(p * 2 + i, p * 2 + j) / 9;
        }
        assertThat(channels.getDouble(i, j)).isCloseTo(sum, within(0.01)); // means of 480
      }
    }
  }

  private static ComputationGraph residual(DataType type) {
    ConvolutionLayer.Builder conv =
        new ConvolutionLayer.Builder(3, 3)
            .nOut(16)
            .hasBias(false)
            .activation(Activation.IDENTITY)
            .convolutionMode(ConvolutionMode.Same);
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(type)
                .weightInit(WeightInit.RELU)
                .graphBuilder()
                .addInputs("image")
                .setInputTypes(InputType.convolutional(8, 8, 16))
                .addLayer("conv1", conv.build(), "image")
                .addLayer("bn1", new BatchNormalization(), "conv1")
                .addLayer("relu1", new ActivationLayer(Activation.RELU), "bn1")
                .addLayer("conv2", conv.build(), "relu1")
                .addLayer("bn2", new BatchNormalization(), "conv2")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "bn2", "relu1")
                .addLayer("relu2", new ActivationLayer(Activation.RELU), "sum")
                .addLayer(
                    "max",
                    new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build(),
                    "relu2")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "max")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build(),
                    "pool")
                .setOutputs("out")
                .build());
    graph.init();
    return graph;
  }

  /** In floats the working copy computes natively; doubles take DL4J's own way. */
  @Test
  void inFloats_momentsAreThoseOfDoubles() {
    ComputationGraph doubles = residual(DataType.DOUBLE);
    ComputationGraph floats = residual(DataType.FLOAT);
    floats.params().assign(doubles.params().castTo(DataType.FLOAT));
    Nd4j.getRandom().setSeed(2);
    INDArray x = Nd4j.randn(DataType.DOUBLE, 70, 16, 8, 8);
    INDArray y = DataSet.merge(batches(1, 5, 70)).getLabels();
    Calibration exact =
        Calibration.of(doubles).examples(70).trueLabels().run(data(List.of(new DataSet(x, y))));
    Calibration found =
        Calibration.of(floats)
            .examples(70)
            .trueLabels()
            .run(data(List.of(new DataSet(x.castTo(DataType.FLOAT), y.castTo(DataType.FLOAT)))));
    assertThat(found.weights()).hasSize(3);
    for (WeightName name : found.weights()) {
      Metric a = exact.metric(name.layer(), name.parameter()).orElseThrow();
      Metric b = found.metric(name.layer(), name.parameter()).orElseThrow();
      assertThat(distance(a.inputs().orElseThrow(), b.inputs().orElseThrow())).isLessThan(1e-4);
      // a ReLU or a maximum near its kink may fall on the other side
      assertThat(distance(a.outputs().orElseThrow(), b.outputs().orElseThrow())).isLessThan(1e-3);
    }
  }

  private static double distance(INDArray expected, INDArray found) {
    return found.distance2(expected) / expected.norm2Number().doubleValue();
  }

  @Test
  void progressIsTold() {
    List<String> told = new ArrayList<>();
    Calibration.of(classifier())
        .examples(130)
        .listener((what, done, of) -> told.add(what + " " + done + "/" + of))
        .run(data(batches(1, 5, 130)));
    assertThat(told).containsExactly("moments 1/3", "moments 2/3", "moments 3/3");
  }

  @Test
  void badData_isRefused_withTheWayOut() {
    MultiLayerNetwork network = classifier();
    assertThatThrownBy(() -> Calibration.of(network).run(data(List.of())))
        .hasMessage("the data gave no examples; a calibration needs some, a few hundred do");
    assertThatThrownBy(() -> Calibration.of(network).examples(0))
        .hasMessage("0 examples; at least one is needed, a few hundred do");
    List<DataSet> broken = batches(1, 5, 10, 10);
    broken.get(1).getFeatures().putScalar(3, 2, Double.NaN);
    assertThatThrownBy(() -> Calibration.of(network).run(data(broken)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the examples after the first 10 hold NaN or infinity; leave them out");
    assertThatThrownBy(() -> Calibration.of(network).run(data(batches(1, 6, 10))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("examples of shapes [[10, 6]] do not fit the network: ");
    DataSet unlabelled = new DataSet(batches(1, 5, 10).get(0).getFeatures(), null);
    assertThatThrownBy(() -> Calibration.of(network).trueLabels().run(data(List.of(unlabelled))))
        .hasMessage(
            "the examples have no labels for output out; calibrate without trueLabels(), which"
                + " draws them from the network");
  }

  @Test
  void fewExamples_areEnough_forAMetricThatDecomposes() {
    Calibration calibration = Calibration.of(classifier()).run(data(batches(1, 5, 2)));
    Metric metric = calibration.metric("fc", "W").orElseThrow();
    assertThat(metric.inputs().orElseThrow().shape()).containsExactly(5, 5);
    assertThat(calibration.examples()).isEqualTo(2);
  }

  @Test
  void aCalibrationOfAnotherNetwork_isNoticed() {
    Calibration calibration = Calibration.of(classifier()).run(data(batches(1, 5, 20)));
    calibration.checkFits(classifier());
    MultiLayerNetwork other =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().name("fc").nOut(6).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .name("out")
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.feedForward(5))
                .build());
    other.init();
    assertThatThrownBy(() -> calibration.checkFits(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the calibration is of another network: it has layer ");
  }

  @Test
  void theNetworkIsOnlyRead() {
    MultiLayerNetwork network = classifier();
    INDArray before = network.params().dup();
    String configuration = network.getLayerWiseConfigurations().toJson();
    Calibration.of(network).run(data(batches(1, 5, 20)));
    assertThat(network.params()).isEqualTo(before);
    assertThat(network.getLayerWiseConfigurations().toJson()).isEqualTo(configuration);
  }
}
