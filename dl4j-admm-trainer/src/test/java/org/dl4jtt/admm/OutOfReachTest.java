package org.dl4jtt.admm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.constraint.LowRankSet;
import org.dl4jtt.layers.convert.WeightShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaBelief;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/**
 * Weights that no ρ can bring to their set, because an updater's steps are no longer than its
 * learning rate.
 *
 * <p>Every weight here is 0.2 H₀ + 0.1 H₁, of two orthogonal matrices of signs and rank 1: its
 * nearest matrix of rank 1 is 0.2 H₀, and every entry has exactly 0.1 to go.
 */
class OutOfReachTest {
  private static final int N = 4;
  private static final int ITERATIONS = 10;
  private static final String NO_RHO = "no rho will bring";

  // ---- networks and data ----

  private static INDArray weight() {
    INDArray w = Nd4j.create(DataType.DOUBLE, N, N);
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < N; j++) {
        w.putScalar(i, j, 0.2 + 0.1 * sign(i) * sign(j));
      }
    }
    return w;
  }

  private static int sign(int i) {
    return i % 2 == 0 ? 1 : -1;
  }

  private static MultiLayerNetwork network(IUpdater first, IUpdater second) {
    Layer dense = new DenseLayer.Builder().name("fc1").nOut(N).updater(first).build();
    Layer out =
        new OutputLayer.Builder(LossFunction.SQUARED_LOSS)
            .name("out")
            .nOut(N)
            .activation(Activation.IDENTITY)
            .updater(second)
            .build();
    MultiLayerNetwork net =
        Nets.network(Nets.conf(Nets.sgd(), true), InputType.feedForward(N), dense, out);
    net.getParam("0_W").assign(weight());
    net.getParam("1_W").assign(weight());
    return net;
  }

  /** Zeros, which the network answers with zeros: the penalty alone moves its weights. */
  private static DataSetIterator data() {
    List<DataSet> batches = new ArrayList<>();
    for (int i = 0; i < ITERATIONS; i++) {
      INDArray zeros = Nd4j.create(DataType.DOUBLE, 1, N);
      batches.add(new DataSet(zeros, zeros.dup()));
    }
    return new ListDataSetIterator<>(batches, 1);
  }

  private static AdmmListener constrained(AdmmSettings settings) {
    LowRankSet rankOne = new LowRankSet(new WeightShape(N, List.of(), N), 1);
    return AdmmListener.of(
        List.of(new Constrained("fc1", "W", rankOne), new Constrained("out", "W", rankOne)),
        settings);
  }

  private static AdmmSettings epochs(int epochs) {
    return AdmmSettings.defaults().withEpochs(epochs);
  }

  private static AdmmSettings told(int epochs) {
    return epochs(epochs).withIterationsPerEpoch(ITERATIONS);
  }

  // ---- what is logged ----

  static List<String> warnings(Runnable action) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      action.run();
    } finally {
      System.setErr(before);
    }
    return bytes.toString(StandardCharsets.UTF_8).lines().filter(l -> l.contains(NO_RHO)).toList();
  }

  private static List<String> warningsAtStart(AdmmSettings settings, MultiLayerNetwork net) {
    return warnings(() -> constrained(settings).states(net));
  }

  @Test
  void weightsOutOfReach_areNamedTogether_withBothNumbers() {
    MultiLayerNetwork net = network(new Adam(0.001), new Adam(0.0005));
    assertThat(warningsAtStart(told(5), net))
        .singleElement()
        .asString()
        .endsWith(
            "no rho will bring these weights to their constraints in the 5 epochs left, as no step of"
                + " their updaters is much longer than the learning rate: layer \"fc1\", weight W is"
                + " 0.100 away (root mean square), its learning rates add up to 0.0500; layer \"out\","
                + " weight W is 0.100 away (root mean square), its learning rates add up to 0.0250;"
                + " use more epochs, a larger learning rate or a milder ratio");
  }

  @Test
  void weightsWithinReach_areNotNamed() {
    MultiLayerNetwork net = network(new Adam(0.001), new Adam(0.0005));
    assertThat(warningsAtStart(told(15), net))
        .singleElement()
        .asString()
        .contains("\"out\"")
        .doesNotContain("\"fc1\"");
    assertThat(warningsAtStart(told(30), net)).isEmpty();
  }

  @Test
  void learningRates_areAddedUpOverTheirSchedule() {
    // 50 iterations: 0.002 in the first 20, a tenth of it in the next 20, a hundredth in 10.
    IUpdater falling = new Adam(new StepSchedule(ScheduleType.ITERATION, 0.002, 0.1, 20));
    assertThat(warningsAtStart(told(5), network(falling, new Sgd(1))))
        .singleElement()
        .asString()
        .contains("add up to 0.0442;");
  }

  private static Stream<Arguments> updaters() {
    double rate = 0.001;
    return Stream.of(
        arguments(new Adam(rate), true),
        arguments(new AdaMax(rate), true),
        arguments(new AMSGrad(rate), true),
        arguments(new Nadam(rate), true),
        arguments(new RmsProp(rate), true),
        arguments(new AdaGrad(rate), true),
        arguments(new Sgd(rate), false), // its steps grow with ρ
        arguments(new Nesterovs(rate, 0.9), false),
        arguments(new AdaDelta(), false), // has no learning rate
        arguments(new AdaBelief(rate), false)); // divides by the spread, which may be nothing
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void onlyStepsBoundedByTheRate_areWarnedOf(IUpdater updater, boolean warned) {
    assertThat(warningsAtStart(told(5), network(updater, updater))).hasSize(warned ? 1 : 0);
  }

  @Test
  void iterationsNotTold_areCountedInTheFirstEpoch_thenWarnedOfOnce() {
    MultiLayerNetwork net = network(new Adam(0.001), new Sgd(1));
    AdmmListener admm = constrained(epochs(6));
    net.setListeners(admm);
    assertThat(warnings(() -> net.fit(data(), 1)))
        .singleElement()
        .asString()
        .contains("in the 5 epochs left")
        .contains("add up to 0.0500;");
    assertThat(warnings(() -> net.fit(data(), 5))).isEmpty();
  }

  @Test
  void nothingIsSaid_whereTheLastPlannedEpochHasEnded() {
    MultiLayerNetwork net = network(new Adam(0.001), new Sgd(1));
    net.setListeners(constrained(epochs(1)));
    assertThat(warnings(() -> net.fit(data(), 1))).isEmpty();
  }

  @Test
  void annealedRanks_areJudgedByTheirTarget() {
    MultiLayerNetwork net = network(new Adam(0.001), new Sgd(1));
    assertThat(warningsAtStart(told(5).withAnnealing(4), net)).hasSize(1);
  }

  // ---- whether it is true ----

  /** What is left of the 0.1 to go: the part of W along H₁. */
  private static double leftAfter(int epochs, RhoSchedule rho) {
    MultiLayerNetwork net = network(new Adam(0.001), new Adam(0.001));
    net.setListeners(constrained(told(epochs).withRho(rho)));
    net.fit(data(), epochs);
    double left = 0;
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < N; j++) {
        left += net.getParam("0_W").getDouble(i, j) * sign(i) * sign(j) / (N * N);
      }
    }
    return left;
  }

  private static Stream<RhoSchedule> rhos() {
    return Stream.of(
        RhoSchedule.constant(1e-3),
        RhoSchedule.constant(1),
        RhoSchedule.constant(1e3),
        RhoSchedule.automatic());
  }

  @ParameterizedTest
  @MethodSource("rhos")
  void outOfReach_noRhoDoesIt(RhoSchedule rho) {
    // 50 steps of 0.001 leave half of it; those of Adam are a little longer where gradients grow.
    assertThat(leftAfter(5, rho)).isGreaterThan(0.04);
  }

  @Test
  void withinReach_theDefaultDoesIt() {
    assertThat(leftAfter(20, RhoSchedule.automatic())).isCloseTo(0, within(0.005));
  }
}
