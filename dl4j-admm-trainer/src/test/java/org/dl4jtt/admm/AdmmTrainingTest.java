package org.dl4jtt.admm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.dl4jtt.constraint.ConstraintSet;
import org.dl4jtt.constraint.LowRankSet;
import org.dl4jtt.layers.convert.WeightShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** Whole trainings with a known end. */
class AdmmTrainingTest {
  private static final double NONE = 0;

  /** The projection that changes nothing: ADMM without a constraint. */
  private record Everything() implements ConstraintSet {
    @Override
    public void project(INDArray weight, INDArray out) {
      out.assign(weight);
    }
  }

  /** y = w x, loss (w x - a)², by default x = 1. */
  private static MultiLayerNetwork linear(int in, int out, IUpdater updater, double l2) {
    Layer layer =
        new OutputLayer.Builder(LossFunction.SQUARED_LOSS)
            .name("out")
            .nIn(in)
            .nOut(out)
            .hasBias(false)
            .activation(Activation.IDENTITY)
            .build();
    var conf = Nets.conf(updater, true);
    if (l2 > 0) {
      conf.l2(l2);
    }
    return Nets.network(conf, InputType.feedForward(in), layer);
  }

  private static DataSetIterator repeated(DataSet batch, int times) {
    List<DataSet> list = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      list.addAll(batch.asList());
    }
    return new ListDataSetIterator<>(list, batch.numExamples());
  }

  private static DataSet scalar(double a) {
    return new DataSet(Nd4j.ones(DataType.DOUBLE, 1, 1), Nd4j.ones(DataType.DOUBLE, 1, 1).muli(a));
  }

  private static AdmmListener train(
      MultiLayerNetwork net, ConstraintSet set, AdmmSettings s, DataSetIterator data, int epochs) {
    AdmmListener admm = AdmmListener.of(List.of(new Constrained("out", "W", set)), s);
    net.addListeners(admm);
    net.fit(data, epochs);
    return admm;
  }

  @Test
  void scalarLasso_reachesSoftThreshold_throughFit() {
    // min (w - 1.3)² + 0.8 |z| subject to w = z: z = 1.3 - 0.8 / 2 = 0.9.
    double rho = 2;
    MultiLayerNetwork net = linear(1, 1, new Sgd(0.2), NONE);
    AdmmListener admm =
        train(
            net,
            new SoftThreshold(0.8 / rho),
            AdmmSettings.defaults().withRho(rho).withTolerance(1e-8),
            repeated(scalar(1.3), 20),
            40);
    assertThat(net.getParam("0_W").getDouble(0)).isCloseTo(0.9, within(1e-8));
    assertThat(admm.converged()).isTrue();
    assertThat(admm.history().entries()).hasSize(40);
    assertThat(net.getIterationCount()).isEqualTo(800);
    long until =
        admm.history().entries().stream().filter(e -> e.found().relativeChange() > 1e-8).count();
    assertThat(until).isBetween(20L, 35L); // Z's error halves with every update
  }

  @Test
  void plantedLowRank_isReached_withTheDefaultRho() {
    int n = 64;
    INDArray planted = Nets.random(1, 8, 2).mmul(Nets.random(2, 2, 6)); // rank 2
    INDArray x = Nets.random(3, n, 8);
    INDArray y = x.mmul(planted).addi(Nets.random(4, n, 6).muli(0.3));
    MultiLayerNetwork net = linear(8, 6, new Nesterovs(0.01, 0.9), NONE);
    net.fit(new DataSet(x, y));
    AdmmListener admm =
        train(
            net,
            new LowRankSet(new WeightShape(6, List.of(), 8), 2),
            AdmmSettings.defaults().withEpochs(60),
            repeated(new DataSet(x, y), 10),
            60);
    List<AdmmHistory.Entry> entries = admm.history().entries();
    assertThat(entries).hasSize(60);
    assertThat(entries.get(59).found().relativeDistance()).isLessThan(1e-3);
    assertThat(entries.get(0).found().relativeDistance()).isGreaterThan(1e-2); // it had a way to go
    assertThat(net.getParam("0_W").distance2(planted) / planted.norm2Number().doubleValue())
        .isLessThan(0.1); // the noise of 0.3 over 64 examples
  }

  @Test
  void automaticRho_growsTwentyfold_aroundThePull25_overScheduleAndMomentum() {
    // 10 epochs of 4 iterations; lr 0.1 for 20 iterations, then 0.01; momentum 0.5.
    IUpdater updater = new Nesterovs(new StepSchedule(ScheduleType.ITERATION, 0.1, 0.1, 20), 0.5);
    MultiLayerNetwork net = linear(1, 1, updater, NONE);
    AdmmListener admm =
        train(
            net,
            new Everything(),
            AdmmSettings.defaults().withEpochs(10),
            repeated(scalar(1), 4),
            2);
    double reach = (20 * 0.1 + 20 * 0.01) / (1 - 0.5);
    double first = 0.3 * 25 / reach;
    assertThat(admm.history().last().get(0).rho())
        .isCloseTo(first * Math.pow(20, 1 / 9.0), within(1e-12)); // the second of ten updates
    assertThat(admm.history().entries().get(0).rho())
        .as("fitted when the first epoch had been counted, before the first update")
        .isCloseTo(first, within(1e-12));

    AdmmListener told =
        AdmmListener.of(
            List.of(new Constrained("out", "W", new Everything())),
            AdmmSettings.defaults().withEpochs(10).withIterationsPerEpoch(4));
    MultiLayerNetwork fresh = linear(1, 1, updater, NONE);
    assertThat(told.states(fresh).values().iterator().next().rho()).isCloseTo(first, within(1e-12));
  }

  private static List<AdmmHistory.Entry> twentyEpochsToRankTwo(
      MultiLayerNetwork net, INDArray x, INDArray y) {
    return train(
            net,
            new LowRankSet(new WeightShape(6, List.of(), 8), 2),
            AdmmSettings.defaults().withEpochs(20),
            new ListDataSetIterator<>(new DataSet(x, y).asList(), 16),
            20)
        .history()
        .entries();
  }

  @Test
  void automaticRho_growsForAdam_andBringsWtoTheSet_within20Epochs() {
    INDArray x = Nets.random(3, 640, 8);
    INDArray y = x.mmul(Nets.random(1, 8, 6)); // full rank: the constraint must bind
    MultiLayerNetwork net = linear(8, 6, new Adam(0.02), NONE);
    List<AdmmHistory.Entry> entries = twentyEpochsToRankTwo(net, x, y);
    for (int i = 1; i < entries.size(); i++) {
      assertThat(entries.get(i).rho()).isGreaterThanOrEqualTo(entries.get(i - 1).rho());
    }
    assertThat(entries.get(3).found().relativeDistance()).isGreaterThan(0.3); // it had a way to go
    assertThat(entries.get(19).found().relativeDistance()).isLessThan(1e-2);
    assertThat(entries.get(19).rho()).isGreaterThan(0.5);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-3, 1e-4})
  void automaticRho_forAdam_bringsWtoTheSet_alsoAtSmallRates(double rate) {
    INDArray x = Nets.random(3, 1_280, 8);
    MultiLayerNetwork net = linear(8, 6, new Adam(rate), NONE);
    net.setParams(
        net.params().mul(0.25)); // 1,600 steps of 1e-4 reach 0.16: weights of 0.1 can follow
    INDArray y = net.output(x).dup(); // trained to the end, of full rank: the loss holds W fast
    List<AdmmHistory.Entry> entries = twentyEpochsToRankTwo(net, x, y);
    assertThat(entries.get(0).found().relativeDistance()).isGreaterThan(0.3);
    assertThat(entries.get(19).found().relativeDistance()).isLessThan(0.1);
  }

  @Test
  void automaticRho_neverExceedsWhatAStepCanFollow() {
    // Two iterations at 0.1: the pull alone would ask for 6 * 25 / 0.2 = 750.
    TrainingReach two = new TrainingReach(0.2, true, 2, 0.1);
    RhoSchedule automatic = RhoSchedule.automatic();
    double first = automatic.initial(two);
    assertThat(first).isEqualTo(10);
    assertThat(automatic.next(first, 1, new Residuals(1, 1), two)).isEqualTo(10);
  }

  @Test
  void residualBalancing_followsBoyd() {
    TrainingReach horizon = new TrainingReach(1, true, 10, 0.1);
    RhoSchedule schedule = RhoSchedule.residualBalancing(1);
    assertThat(schedule.next(1, 1, new Residuals(11, 1), horizon)).isEqualTo(2);
    assertThat(schedule.next(1, 1, new Residuals(1, 11), horizon)).isEqualTo(0.5);
    assertThat(schedule.next(1, 1, new Residuals(9, 1), horizon)).isEqualTo(1);
    RhoSchedule growing = RhoSchedule.geometric(1, 3, 5);
    assertThat(growing.next(1, 1, new Residuals(1, 1), horizon)).isEqualTo(3);
    assertThat(growing.next(3, 2, new Residuals(1, 1), horizon)).isEqualTo(5);
  }

  @Test
  void weightDecay_kept_isTheNetworksOwn_moved_actsOnZ_dropped_isNone() {
    // min (w - 1)² + l2/2 (w or z)² subject to w = z: 2 / (2 + l2), or 1 without decay.
    double l2 = 0.5;
    for (WeightDecay decay : WeightDecay.values()) {
      MultiLayerNetwork net = linear(1, 1, new Sgd(0.2), l2);
      AdmmListener admm =
          train(
              net,
              new Everything(),
              AdmmSettings.defaults().withRho(2).withWeightDecay(decay),
              repeated(scalar(1), 20),
              60);
      double expected = decay == WeightDecay.DROP ? 1 : 2 / (2 + l2);
      AdmmState state = admm.states(net).values().iterator().next();
      assertThat(net.getParam("0_W").getDouble(0))
          .as("%s", decay)
          .isCloseTo(expected, within(1e-8));
      assertThat(state.z().getDouble(0)).as("%s", decay).isCloseTo(expected, within(1e-8));
      // Who is pulled to zero shows in the multiplier: y = dloss/dw there, with opposite sign.
      double y = state.rho() * state.u().getDouble(0);
      double pull = decay == WeightDecay.MOVE_TO_TARGET ? l2 * expected : 0;
      assertThat(y).as("%s", decay).isCloseTo(pull, within(1e-7));
    }
  }

  @Test
  void weightDecay_dropped_isTheTrajectoryOfTheNetworkWithoutIt() {
    MultiLayerNetwork with = linear(3, 2, new Nesterovs(0.05, 0.9), 0.3);
    MultiLayerNetwork without = linear(3, 2, new Nesterovs(0.05, 0.9), NONE);
    without.setParams(with.params().dup());
    DataSet batch = new DataSet(Nets.random(1, 5, 3), Nets.random(2, 5, 2));
    AdmmSettings settings = AdmmSettings.defaults().withRho(0.5);
    train(
        with,
        new SoftThreshold(0.1),
        settings.withWeightDecay(WeightDecay.DROP),
        repeated(batch, 3),
        4);
    train(without, new SoftThreshold(0.1), settings, repeated(batch, 3), 4);
    assertThat(with.params().distance2(without.params())).isLessThan(1e-12);
  }

  @Test
  void listenerOrder_doesNotMatter() {
    DataSet batch = Nets.vectors(8, 1);
    INDArray[] params = new INDArray[2];
    for (int k = 0; k < 2; k++) {
      MultiLayerNetwork net = Nets.denseNet(Nets.conf(Nets.sgd(), true));
      AdmmListener admm = AdmmListener.of(Nets.soft("fc1", "W"), AdmmSettings.defaults());
      ScoreIterationListener other = new ScoreIterationListener(1000);
      net.setListeners(k == 0 ? List.of(admm, other) : List.of(other, admm));
      net.fit(repeated(batch, 3), 3);
      params[k] = net.params();
    }
    assertThat(params[0]).isEqualTo(params[1]);
  }

  @Test
  void parallelWrapper_trainsOnClones_withZandUOfTheMaster() {
    INDArray x = Nets.random(3, 256, 8);
    INDArray y = x.mmul(Nets.random(1, 8, 6));
    MultiLayerNetwork net = linear(8, 6, new Sgd(0.02), NONE);
    AdmmListener admm =
        AdmmListener.of(
            List.of(
                new Constrained("out", "W", new LowRankSet(new WeightShape(6, List.of(), 8), 2))),
            AdmmSettings.defaults().withRho(20));
    net.setListeners(admm);
    ParallelWrapper wrapper =
        new ParallelWrapper.Builder<>(net)
            .workers(2)
            .averagingFrequency(1)
            .prefetchBuffer(0)
            .build();
    int epochs = 25;
    for (int e = 0; e < epochs; e++) {
      wrapper.fit(new ListDataSetIterator<>(new DataSet(x, y).asList(), 16));
      admm.endEpoch(net);
    }
    wrapper.shutdown();
    assertThat(admm.history().entries()).hasSize(epochs);
    assertThat(admm.history().last().get(0).found().relativeDistance()).isLessThan(1e-2);
    assertThat(admm.history().entries().get(0).found().relativeDistance()).isGreaterThan(0.02);
  }
}
