package org.dl4jtt.admm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.constraint.ConstraintSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The update equals the formula. The oracle takes no part of the listener's way: the plain gradient
 * step of a clone, and {@code −lr ρ (W − Z + U)} computed entry by entry on top.
 */
class PenaltyUpdateTest {
  private static final double LR = 0.1;
  private static final double RHO = 0.7;
  // Sums of O(1) doubles in another order.
  private static final double TOLERANCE = 1e-12;

  static Stream<Arguments> networks() {
    List<Arguments> all = new ArrayList<>();
    for (boolean miniBatch : new boolean[] {true, false}) {
      all.add(
          of(
              "dense, output",
              miniBatch,
              Nets::denseNet,
              n -> Nets.vectors(n, n),
              "fc1",
              "W",
              "out",
              "W"));
      all.add(of("convolution", miniBatch, Nets::convNet, n -> Nets.images(n, n), "conv", "W"));
      all.add(
          of(
              "convolution 1-D",
              miniBatch,
              Nets::conv1dNet,
              n -> Nets.sequences(n, n, 7, 5),
              "conv1d",
              "W"));
      all.add(
          of(
              "LSTM",
              miniBatch,
              Nets::lstmNet,
              n -> Nets.sequences(n, n, 7, 7),
              "lstm",
              "W",
              "lstm",
              "RW"));
      all.add(
          of(
              "wrappers",
              miniBatch,
              Nets::bidirectionalNet,
              n -> Nets.sequenceVectors(n, n),
              "layer0",
              "fW",
              "layer0",
              "bRW",
              "last",
              "W"));
      all.add(
          of(
              "embedding",
              miniBatch,
              Nets::embeddingNet,
              n -> Nets.indices(n, n),
              "embedding",
              "W"));
    }
    return all.stream();
  }

  private static Arguments of(
      String name,
      boolean miniBatch,
      Function<NeuralNetConfiguration.Builder, MultiLayerNetwork> net,
      IntFunction<DataSet> data,
      String... weights) {
    return Arguments.of(
        name + (miniBatch ? ", miniBatch" : ""),
        net.apply(Nets.conf(Nets.sgd(), miniBatch)),
        data,
        Nets.soft(weights));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void update_equalsFormula(
      String name, MultiLayerNetwork net, IntFunction<DataSet> data, List<Constrained> weights) {
    AdmmListener admm = AdmmListener.of(weights, AdmmSettings.defaults().withRho(RHO));
    Map<Constrained, String> keys = new java.util.LinkedHashMap<>();
    for (Constrained c : weights) {
      assertThat(net.getLayerNames()).contains(c.layer());
      keys.put(c, net.getLayerNames().indexOf(c.layer()) + "_" + c.parameter());
    }
    Map<Constrained, INDArray> z = new java.util.HashMap<>();
    Map<Constrained, INDArray> u = new java.util.HashMap<>();
    weights.forEach(
        c -> {
          INDArray w = net.getParam(keys.get(c));
          z.put(c, projected(c.set(), w));
          u.put(c, w.like());
        });

    for (int step = 0; step < 4; step++) {
      DataSet batch = data.apply(3 + 2 * step); // another batch size every time
      MultiLayerNetwork plain = net.clone();
      plain.setListeners(List.of());
      Map<Constrained, INDArray> before = new java.util.HashMap<>();
      weights.forEach(c -> before.put(c, net.getParam(keys.get(c)).dup()));
      plain.fit(batch);
      net.setListeners(admm);
      net.fit(batch);
      for (Constrained c : weights) {
        INDArray w = before.get(c);
        INDArray expected =
            plain.getParam(keys.get(c)).sub(w.sub(z.get(c)).add(u.get(c)).mul(LR * RHO));
        INDArray actual = net.getParam(keys.get(c));
        assertThat(actual.sub(expected).amaxNumber().doubleValue())
            .as("%s at step %d", c, step)
            .isLessThan(TOLERANCE);
        assertThat(actual.distance2(plain.getParam(keys.get(c))))
            .as("the penalty did something")
            .isGreaterThan(1e-4);
      }
      if (step % 2 == 1) {
        admm.endEpoch(net);
        for (Constrained c : weights) {
          INDArray w = net.getParam(keys.get(c));
          INDArray shifted = w.add(u.get(c));
          z.put(c, projected(c.set(), shifted));
          u.put(c, shifted.sub(z.get(c)));
          assertThat(admm.states(net).get(c).z().sub(z.get(c)).amaxNumber().doubleValue())
              .isLessThan(TOLERANCE);
          assertThat(admm.states(net).get(c).u().sub(u.get(c)).amaxNumber().doubleValue())
              .isLessThan(TOLERANCE);
        }
      }
    }
  }

  private static INDArray projected(ConstraintSet set, INDArray w) {
    INDArray out = w.like();
    set.project(w.dup(), out);
    return out;
  }

  @Test
  void update_equalsFormula_inGraphWithUnderscoresInNames() {
    var net = Nets.graph(Nets.conf(Nets.sgd(), true));
    List<Constrained> weights = Nets.soft("branch_a", "W", "branch_b", "W", "out", "W");
    AdmmListener admm = AdmmListener.of(weights, AdmmSettings.defaults().withRho(RHO));
    for (int step = 0; step < 2; step++) {
      var plain = net.clone();
      DataSet batch = Nets.vectors(4 + step, 3);
      Map<String, INDArray> before = new java.util.HashMap<>();
      net.paramTable().forEach((key, value) -> before.put(key, value.dup()));
      plain.fit(batch);
      net.setListeners(admm);
      net.fit(batch);
      for (Constrained c : weights) {
        String key = c.layer() + "_" + c.parameter();
        AdmmState state = admm.states(net).get(c);
        INDArray pull = before.get(key).sub(state.z()).add(state.u()).mul(LR * RHO);
        assertThat(net.getParam(key).sub(plain.getParam(key).sub(pull)).amaxNumber().doubleValue())
            .isLessThan(TOLERANCE);
      }
      admm.endEpoch(net);
    }
    assertThat(admm.history().entries()).hasSize(6);
  }

  @Test
  void update_equalsFormula_inEverySegmentOfTruncatedBackpropagation() {
    NeuralNetConfiguration.Builder conf = Nets.conf(Nets.sgd(), true);
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            conf.list()
                .layer(
                    new org.deeplearning4j.nn.conf.layers.LSTM.Builder()
                        .name("lstm")
                        .nOut(4)
                        .build())
                .layer(Nets.rnnOutput("out"))
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(3)
                .setInputType(org.deeplearning4j.nn.conf.inputs.InputType.recurrent(3))
                .build());
    net.init();
    MultiLayerNetwork plain = net.clone();
    List<Constrained> weights = Nets.soft("lstm", "W", "lstm", "RW");
    AdmmListener admm = AdmmListener.of(weights, AdmmSettings.defaults().withRho(RHO));
    // The oracle's penalty goes through DL4J's own regularization, which is added after the
    // gradient
    // has been divided by the batch size.
    ((org.deeplearning4j.nn.conf.layers.BaseLayer) plain.getLayer(0).conf().getLayer())
        .setRegularization(List.of(new PenaltyAsRegularization(plain, weights, RHO)));
    net.setListeners(admm);
    DataSet batch = Nets.sequences(4, 1, 9, 9);
    net.fit(batch);
    plain.fit(batch);

    assertThat(net.getIterationCount()).isEqualTo(3);
    assertThat(net.params().sub(plain.params()).amaxNumber().doubleValue()).isLessThan(TOLERANCE);
  }

  @Test
  void penalty_doesNotDependOnBatchSize() {
    double[] shift = new double[2];
    for (int k = 0; k < 2; k++) {
      MultiLayerNetwork net = Nets.denseNet(Nets.conf(Nets.sgd(), true));
      MultiLayerNetwork plain = net.clone();
      net.setListeners(
          AdmmListener.of(Nets.soft("fc1", "W"), AdmmSettings.defaults().withRho(RHO)));
      DataSet batch = Nets.vectors(k == 0 ? 2 : 64, 5);
      net.fit(batch);
      plain.fit(batch);
      shift[k] = net.getParam("0_W").distance2(plain.getParam("0_W"));
    }
    assertThat(shift[0])
        .isGreaterThan(1e-3)
        .isCloseTo(shift[1], org.assertj.core.data.Offset.offset(TOLERANCE));
  }

  @Test
  void penalty_isReportedBesideTheScore() {
    MultiLayerNetwork net = Nets.denseNet(Nets.conf(Nets.sgd(), true));
    AdmmListener admm =
        AdmmListener.of(Nets.soft("fc1", "W"), AdmmSettings.defaults().withRho(RHO));
    INDArray w = net.getParam("0_W");
    INDArray z = projected(new SoftThreshold(0.1), w);
    double expected = RHO / 2 * Math.pow(w.sub(z).norm2Number().doubleValue(), 2);
    assertThat(admm.penalty(net))
        .isCloseTo(expected, org.assertj.core.data.Offset.offset(TOLERANCE));
  }

  static final class PenaltyAsRegularization
      implements org.nd4j.linalg.learning.regularization.Regularization {
    private final Map<Long, INDArray> zByLength = new java.util.HashMap<>();
    private final double rho;

    PenaltyAsRegularization(MultiLayerNetwork net, List<Constrained> weights, double rho) {
      this.rho = rho;
      for (Constrained c : weights) {
        INDArray z = projected(c.set(), net.getParam("0_" + c.parameter())).dup('f');
        zByLength.put(z.length(), Nd4j.create(z.data().asDouble()));
      }
    }

    @Override
    public ApplyStep applyStep() {
      return ApplyStep.BEFORE_UPDATER;
    }

    @Override
    public void apply(INDArray param, INDArray gradView, double lr, int iteration, int epoch) {
      gradView.addi(param.sub(zByLength.get(param.length()).reshape(param.shape())).mul(rho));
    }

    @Override
    public double score(INDArray param, int iteration, int epoch) {
      return 0;
    }

    @Override
    public org.nd4j.linalg.learning.regularization.Regularization clone() {
      return this;
    }
  }
}
