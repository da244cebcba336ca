package org.dl4jtt.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;

class FineTuningRatesTest {

  @Test
  void rates_followHalfACosine() {
    int first = 1000;
    int n = 500;
    ISchedule rates = FineTuningRates.cosine(0.02, first, n);
    for (int t = 0; t < n; t++) {
      double exact = 0.02 * 0.5 * (1 + Math.cos(Math.PI * t / n));
      // a step of 500 / 64 iterations, where the cosine falls fastest
      assertThat(rates.valueAt(first + t, 7)).isCloseTo(exact, within(0.02 * 0.5 * Math.PI / 64));
    }
    assertThat(FineTuningRates.cosine(0.02, 0, 1).valueAt(0, 0)).isEqualTo(0.02);
  }

  @Test
  void everyLayerStartsFromItsOwnRate_andGetsItsOwnUpdaterBack() {
    MultiLayerNetwork source = network();
    source.getLayerWiseConfigurations().setIterationCount(100);
    source.setEpochCount(2);
    MultiLayerNetwork small =
        new MultiLayerNetwork(
            MultiLayerConfiguration.fromJson(source.getLayerWiseConfigurations().toJson()));
    small.init();
    String json = small.getLayerWiseConfigurations().toJson();

    FineTuningRates.set(small, Double.NaN, 64);
    IUpdater first = dense(small).getIUpdater();
    assertThat(first).isInstanceOf(Nesterovs.class);
    assertThat(first.getLearningRate(100, 2)).isCloseTo(0.25 * 0.5, within(1e-3)); // 0.5 · 0.5²
    assertThat(first.getLearningRate(163, 2)).isLessThan(1e-3);
    assertThat(forward(small).getIUpdater().getLearningRate(100, 2)).isCloseTo(0.3, within(1e-3));
    // A checkpoint of this time restores with Deeplearning4j alone.
    String scheduled = small.getLayerWiseConfigurations().toJson();
    assertThat(scheduled).doesNotContain("org.dl4jtt");
    DenseLayer restored =
        (DenseLayer) MultiLayerConfiguration.fromJson(scheduled).getConf(1).getLayer();
    assertThat(restored.getIUpdater()).isEqualTo(first);

    FineTuningRates.restore(small, source);
    assertThat(small.getLayerWiseConfigurations().toJson()).isEqualTo(json);
  }

  @Test
  void scheduleThatHasEnded_startsAgainFromATenthOfItsFirstRate() {
    MultiLayerNetwork net = network();
    net.setEpochCount(200);
    FineTuningRates.set(net, Double.NaN, 10);
    assertThat(dense(net).getIUpdater().getLearningRate(0, 0)).isCloseTo(0.05, within(1e-12));
  }

  @Test
  void networkThatIsFittedOn_takesItsOwnRatesAgain() {
    DataSet data = new DataSet(RandomData.random(1, 3, 5, 4), RandomData.random(2, 3, 2));
    MultiLayerNetwork untouched = network();
    MultiLayerNetwork net = network();
    INDArray start = net.params().dup();
    FineTuningRates.set(net, 1e-9, 1);
    net.fit(data);
    FineTuningRates.restore(net, untouched);
    net.getLayerWiseConfigurations().setIterationCount(0);
    net.params().assign(start);
    net.fit(data);
    untouched.fit(data);
    assertThat(net.params()).isEqualTo(untouched.params());
    assertThat(net.params().distance2(start)).isGreaterThan(1e-3);
  }

  @Test
  void peak_isThatOfAllLayers() {
    MultiLayerNetwork net = network();
    FineTuningRates.set(net, 0.01, 10);
    assertThat(dense(net).getIUpdater().getLearningRate(0, 0)).isCloseTo(0.01, within(1e-3));
    assertThat(forward(net).getIUpdater().getLearningRate(0, 0)).isCloseTo(0.01, within(1e-3));
  }

  private static DenseLayer dense(MultiLayerNetwork net) {
    return (DenseLayer) net.getLayerWiseConfigurations().getConf(1).getLayer();
  }

  private static LSTM forward(MultiLayerNetwork net) {
    LastTimeStep wrapper = (LastTimeStep) net.getLayerWiseConfigurations().getConf(0).getLayer();
    return (LSTM) ((Bidirectional) wrapper.getUnderlying()).getFwd();
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Nesterovs(new ExponentialSchedule(ScheduleType.EPOCH, 0.5, 0.5), 0.9))
                .list()
                .layer(
                    new LastTimeStep(
                        new Bidirectional(
                            new LSTM.Builder().nOut(3).updater(new Sgd(0.3)).build())))
                .layer(new DenseLayer.Builder().nOut(4).build())
                .layer(new OutputLayer.Builder(LossFunction.MSE).nOut(2).build())
                .setInputType(InputType.recurrent(5))
                .build());
    net.init();
    return net;
  }
}
