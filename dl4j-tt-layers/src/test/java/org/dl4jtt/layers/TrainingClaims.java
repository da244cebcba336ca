package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;

/** A layer trains with DL4J's updaters, regularizers, constraints and trainers. */
interface TrainingClaims extends LayerInNetworks {
  @Test
  default void optimizers_lowerTheScore() {
    DataSet data = data(6, DataType.DOUBLE);
    for (IUpdater updater : List.of(new Sgd(0.05), new Adam(0.01), new Nesterovs(0.02, 0.9))) {
      MultiLayerNetwork net = network(updater);
      double before = net.score(data);
      for (int i = 0; i < 20; i++) {
        net.fit(data);
      }
      assertThat(net.score(data)).as(updater.toString()).isLessThan(before);
    }
  }

  @Test
  default void dropoutAndWeightNoise_actInTrainingOnly() {
    DataSet data = data(6, DataType.DOUBLE);
    List<Layer> all = new ArrayList<>(List.of(built(layer().weightNoise(new DropConnect(0.5)))));
    if (!isFirst()) { // an index is not dropped: DL4J's embeddings have no dropout either
      all.add(built(layer().dropOut(0.5)));
    }
    for (Layer noisy : all) {
      MultiLayerNetwork net = network(noisy, new Sgd(0.05));
      MultiLayerNetwork plain = network(new Sgd(0.05));
      assertThat(net.output(data.getFeatures())).isEqualTo(plain.output(data.getFeatures()));
      for (int i = 0; i < 3; i++) {
        net.fit(data);
        plain.fit(data);
      }
      assertThat(distance(net.params(), plain.params())).isGreaterThan(1e-6);
      assertThat(net.params().isNaN().any()).isFalse();
    }
  }

  @Test
  default void constraints_holdAfterEveryStep() {
    Layer constrained = built(layer().constrainWeights(new NonNegativeConstraint()));
    MultiLayerNetwork net = network(constrained, new Sgd(0.1));
    net.fit(data(6, DataType.DOUBLE));
    Layer conf = net.getLayer(index()).conf().getLayer();
    List<String> weights = conf.initializer().weightKeys(conf);
    assertThat(weights).isNotEmpty();
    for (String name : weights) {
      assertThat(net.getLayer(index()).getParam(name).minNumber().doubleValue())
          .as(name)
          .isNotNegative();
    }
  }

  @Test
  default void clipping_boundsTheStep() {
    Layer clipped =
        built(
            layer()
                .gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue)
                .gradientNormalizationThreshold(1e-4));
    MultiLayerNetwork net = network(clipped, new Sgd(1));
    INDArray before = net.getLayer(index()).params().dup();
    net.fit(data(6, DataType.DOUBLE));
    double step = net.getLayer(index()).params().sub(before).amaxNumber().doubleValue();
    assertThat(step).isPositive().isLessThanOrEqualTo(1e-4 * (1 + 1e-9));
  }

  @Test
  default void earlyStopping_trains() {
    EarlyStoppingConfiguration<MultiLayerNetwork> conf =
        new EarlyStoppingConfiguration.Builder<MultiLayerNetwork>()
            .epochTerminationConditions(new MaxEpochsTerminationCondition(2))
            .scoreCalculator(new DataSetLossCalculator(batches(1, DataType.DOUBLE), true))
            .modelSaver(new InMemoryModelSaver<>())
            .build();
    EarlyStoppingResult<MultiLayerNetwork> result =
        new EarlyStoppingTrainer(conf, network(new Sgd(0.05)), batches(2, DataType.DOUBLE)).fit();
    assertThat(result.getTotalEpochs()).isEqualTo(2);
    assertThat(result.getBestModel().params().isNaN().any()).isFalse();
  }

  @Test
  default void parallelWrapper_trains() {
    MultiLayerNetwork net = network(new Sgd(0.05));
    INDArray before = net.params().dup();
    try (ParallelWrapper wrapper =
        new ParallelWrapper.Builder<>(net)
            .workers(2)
            .averagingFrequency(1)
            .prefetchBuffer(0)
            .trainingMode(ParallelWrapper.TrainingMode.AVERAGING)
            .build()) {
      wrapper.fit(batches(4, DataType.DOUBLE));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    assertThat(net.params().isNaN().any()).isFalse();
    assertThat(distance(net.params(), before)).isPositive();
  }
}
