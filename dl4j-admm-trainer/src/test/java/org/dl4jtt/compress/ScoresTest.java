package org.dl4jtt.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.dl4jtt.compress.RandomData.random;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.evaluation.classification.EvaluationBinary;
import org.nd4j.evaluation.regression.RegressionEvaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class ScoresTest {
  private static final int EXAMPLES = 20;

  /** Sums of some tens of doubles. */
  private static final double EXACT = 1e-12;

  private static MultiLayerNetwork net(LossFunction loss, Activation activation) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new OutputLayer.Builder(loss).nIn(5).nOut(3).activation(activation).build())
                .build());
    net.init();
    return net;
  }

  private static DataSetIterator iterator(DataSet data) {
    return new ExistingDataSetIterator(data.batchBy(7));
  }

  @Test
  void accuracy_isTheShareOfRightAnswers_everyTime() {
    MultiLayerNetwork net = net(LossFunction.MCXENT, Activation.SOFTMAX);
    INDArray x = random(1, EXAMPLES, 5);
    INDArray y = Nd4j.zeros(DataType.DOUBLE, EXAMPLES, 3);
    int right = 0;
    INDArray answers = net.output(x).argMax(1);
    for (int i = 0; i < EXAMPLES; i++) {
      y.putScalar(i, i % 3, 1);
      right += answers.getInt(i) == i % 3 ? 1 : 0;
    }
    var accuracy = Scores.accuracy(iterator(new DataSet(x, y)));
    for (int twice = 0; twice < 2; twice++) { // the test data is reset
      assertThat(accuracy.applyAsDouble(net)).isCloseTo(right / (double) EXAMPLES, within(EXACT));
    }
  }

  @Test
  void severalLabels_areCountedEachForItself() {
    MultiLayerNetwork net = net(LossFunction.XENT, Activation.SIGMOID);
    INDArray x = random(1, EXAMPLES, 5);
    INDArray y = random(2, EXAMPLES, 3).gt(0).castTo(DataType.DOUBLE);
    INDArray answers = net.output(x).gt(0.5).castTo(DataType.DOUBLE);
    double expected = 1 - y.sub(answers).norm1Number().doubleValue() / (3 * EXAMPLES);
    DataSetIterator test = iterator(new DataSet(x, y));
    assertThat(
            Scores.of(test, EvaluationBinary::new, EvaluationBinary::averageAccuracy)
                .applyAsDouble(net))
        .isCloseTo(expected, within(EXACT));
    assertThat(
            Scores.of(
                    new MultiDataSetIteratorAdapter(test),
                    EvaluationBinary::new,
                    EvaluationBinary::averageAccuracy)
                .applyAsDouble(net))
        .isCloseTo(expected, within(EXACT));
  }

  @Test
  void maskedSequences_areMeasuredWhereTheMaskIsOne() {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new LSTM.Builder().nOut(4).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(2, 6))
                .build());
    net.init();
    INDArray x = random(1, 3, 2, 6);
    INDArray y = random(2, 3, 1, 6);
    INDArray mask = Nd4j.ones(DataType.DOUBLE, 3, 6);
    mask.putScalar(0, 5, 0).putScalar(2, 4, 0).putScalar(2, 5, 0);
    INDArray output = net.output(x, false, mask, mask);
    double sum = 0;
    int count = 0;
    for (int i = 0; i < 3; i++) {
      for (int t = 0; t < 6; t++) {
        if (mask.getDouble(i, t) == 1) {
          double error = output.getDouble(i, 0, t) - y.getDouble(i, 0, t);
          sum += error * error;
          count++;
        }
      }
    }
    DataSetIterator test = new ExistingDataSetIterator(List.of(new DataSet(x, y, mask, mask)));
    assertThat(
            Scores.of(
                    test, RegressionEvaluation::new, RegressionEvaluation::averageMeanSquaredError)
                .applyAsDouble(net))
        .isCloseTo(sum / count, within(EXACT));
  }

  @Test
  void calculatorOfEarlyStopping_isAsked() {
    MultiLayerNetwork net = net(LossFunction.MSE, Activation.IDENTITY);
    DataSet data = new DataSet(random(1, EXAMPLES, 5), random(2, EXAMPLES, 3));
    assertThat(Scores.of(new DataSetLossCalculator(iterator(data), true)).applyAsDouble(net))
        .isCloseTo(net.score(data), within(EXACT));
  }

  @Test
  void shuffledEpochs_areOrdersOfAllExamples_thatDependOnTheirNumberAlone() {
    INDArray x = random(1, EXAMPLES, 1);
    DataSet examples = new DataSet(x, x.dup());
    EpochData data = EpochData.shuffled(examples, 6, 3);
    List<Double> first = order(data, 0);
    List<Double> second = order(data, 1);
    assertThat(first).hasSize(EXAMPLES).containsExactlyInAnyOrderElementsOf(second);
    assertThat(first).isNotEqualTo(second);
    assertThat(order(EpochData.shuffled(examples, 6, 3), 1)).isEqualTo(second);
    assertThat(order(EpochData.shuffled(examples, 6, 4), 2)).isNotEqualTo(second);
    assertThat(examples.getFeatures()).isEqualTo(x);
  }

  private static List<Double> order(EpochData data, int epoch) {
    List<Double> order = new ArrayList<>();
    data.epoch(epoch)
        .forEachRemaining(
            batch -> {
              for (int i = 0; i < batch.getFeatures(0).size(0); i++) {
                order.add(batch.getFeatures(0).getDouble(i, 0));
                assertThat(batch.getLabels(0).getDouble(i, 0))
                    .isEqualTo(batch.getFeatures(0).getDouble(i, 0));
              }
            });
    return order;
  }
}
