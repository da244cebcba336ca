package org.dl4jtt.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Statistics of padded sequences, against sums over the steps that are there. */
class BatchNormMasksTest {
  private static final int EXAMPLES = 5;
  private static final int FEATURES = 6;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void lastSteps_areThoseOfTheMask(boolean inAGraph) {
    Layer[] layers = {
      new LastTimeStep(new LSTM.Builder().nOut(4).build()),
      new BatchNormalization.Builder().name("norm").build(),
      new OutputLayer.Builder(LossFunction.MSE).nOut(2).build()
    };
    NeuralNetConfiguration.Builder conf =
        new NeuralNetConfiguration.Builder().seed(1).dataType(DataType.DOUBLE);
    INDArray x = random(1, EXAMPLES, FEATURES, 7);
    int[] lengths = {7, 3, 5, 1, 2};
    INDArray mask = mask(lengths, 7);
    DataSet data = new DataSet(x, Nd4j.zeros(DataType.DOUBLE, EXAMPLES, 2), mask, null);

    MultiLayerNetwork net =
        new MultiLayerNetwork(
            conf.list(layers[0].clone(), layers[1].clone(), layers[2].clone())
                .setInputType(InputType.recurrent(FEATURES, 7))
                .build());
    net.init();
    INDArray mean = Nd4j.zeros(DataType.DOUBLE, 4);
    for (int i = 0; i < EXAMPLES; i++) { // one example at a time, cut to its length: no mask
      INDArray one =
          x.get(
                  org.nd4j.linalg.indexing.NDArrayIndex.interval(i, i + 1),
                  org.nd4j.linalg.indexing.NDArrayIndex.all(),
                  org.nd4j.linalg.indexing.NDArrayIndex.interval(0, lengths[i]))
              .dup();
      mean.addi(net.feedForward(one, false).get(1).reshape(4));
    }
    mean.divi(EXAMPLES);
    if (!inAGraph) {
      BatchNormStatistics.reestimate(net, new ExistingDataSetIterator(List.of(data)));
      assertThat(net.getLayer("norm").getParam("mean").distance2(mean.reshape(1, 4)))
          .isLessThan(1e-7); // running statistics in FLOAT
      return;
    }
    ComputationGraph graph =
        new ComputationGraph(
            conf.graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.recurrent(FEATURES, 7))
                .addLayer("lstm", layers[0].clone(), "in")
                .addLayer("norm", layers[1].clone(), "lstm")
                .addLayer("out", layers[2].clone(), "norm")
                .setOutputs("out")
                .build());
    graph.init();
    graph.getLayer("lstm").setParams(net.getLayer(0).params().dup());
    BatchNormStatistics.reestimate(graph, new ExistingDataSetIterator(List.of(data)));
    assertThat(graph.getLayer("norm").getParam("mean").distance2(mean.reshape(1, 4)))
        .isLessThan(1e-7); // running statistics in FLOAT
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void channelsOfSequences_areTheLastAxis_andPaddingIsLeftOut(int steps) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(
                    new BatchNormalization.Builder()
                        .name("norm")
                        .dataFormat(CNN2DFormat.NHWC)
                        .build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nOut(2)
                        .dataFormat(RNNFormat.NWC)
                        .build())
                .setInputType(InputType.recurrent(FEATURES, steps, RNNFormat.NWC))
                .build());
    net.init();
    INDArray x = random(2, EXAMPLES, steps, FEATURES);
    int[] lengths = {steps, 3, 5, 1, 2};
    double[] mean = new double[FEATURES];
    double[] square = new double[FEATURES];
    int count = 0;
    for (int i = 0; i < EXAMPLES; i++) {
      for (int t = 0; t < lengths[i]; t++, count++) {
        for (int c = 0; c < FEATURES; c++) {
          mean[c] += x.getDouble(i, t, c);
          square[c] += Math.pow(x.getDouble(i, t, c), 2);
        }
      }
    }
    DataSet data =
        new DataSet(
            x,
            Nd4j.zeros(DataType.DOUBLE, EXAMPLES, steps, 2),
            mask(lengths, steps),
            mask(lengths, steps));
    BatchNormStatistics.reestimate(net, new ExistingDataSetIterator(List.of(data)));
    INDArray found = net.getLayer("norm").getParam("mean");
    INDArray deviation = net.getLayer("norm").getParam("log10stdev");
    for (int c = 0; c < FEATURES; c++) {
      double m = mean[c] / count;
      assertThat(found.getDouble(c)).isCloseTo(m, within(1e-6));
      assertThat(Math.pow(10, 2 * deviation.getDouble(c)))
          .isCloseTo(square[c] / count - m * m, within(1e-6));
    }
  }

  @Test
  void batchesOfPaddingAlone_countForNothing() {
    ChannelMoments moments = new ChannelMoments(CNN2DFormat.NCHW);
    moments.add(random(1, 4, 3), Nd4j.zeros(DataType.DOUBLE, 4, 1));
    INDArray x = random(2, 4, 3);
    moments.add(x, null);
    ChannelMoments alone = new ChannelMoments(CNN2DFormat.NCHW);
    alone.add(x, null);
    assertThat(moments).usingRecursiveComparison().isEqualTo(alone);
  }

  private static INDArray mask(int[] lengths, int steps) {
    INDArray mask = Nd4j.zeros(DataType.DOUBLE, lengths.length, steps);
    for (int i = 0; i < lengths.length; i++) {
      for (int t = 0; t < lengths[i]; t++) {
        mask.putScalar(i, t, 1);
      }
    }
    return mask;
  }

  private static INDArray random(int seed, long... shape) {
    long length = 1;
    for (long n : shape) {
      length *= n;
    }
    return Nd4j.createFromArray(new Random(seed).doubles(length, -1, 2).toArray())
        .reshape('c', shape);
  }
}
