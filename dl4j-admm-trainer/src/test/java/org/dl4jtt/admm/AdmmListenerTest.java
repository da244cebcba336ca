package org.dl4jtt.admm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.dl4jtt.constraint.TensorTrainSet;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Sgd;

/** When the listener acts, what it refuses, and what it says. */
class AdmmListenerTest {
  private static final AdmmSettings RHO_1 = AdmmSettings.defaults().withRho(1);

  private static MultiLayerNetwork net() {
    return Nets.denseNet(Nets.conf(Nets.sgd(), true));
  }

  private static AdmmListener soft(AdmmSettings settings) {
    return AdmmListener.of(Nets.soft("fc1", "W"), settings);
  }

  private static DataSetIterator data() {
    return new ListDataSetIterator<>(Nets.vectors(12, 1).asList(), 4);
  }

  private static CompressionPlan plan(MultiLayerNetwork net) {
    Tensorization t = Tensorization.matrix(Scheme.SEPARATED, List.of(5), List.of(6));
    return CompressionPlan.of(net).layer("fc1", TensorForm.of(t, List.of(1, 2, 1))).build();
  }

  // ---- when ----

  @Test
  void dual_doesNotMoveBeforeTheFirstGradientStep() {
    MultiLayerNetwork net = net();
    AdmmListener admm = soft(RHO_1);
    admm.onEpochStart(net);
    assertThatThrownBy(() -> admm.onEpochEnd(net)).hasMessageContaining("without a mini-batch");
    assertThatThrownBy(() -> admm.endEpoch(net)).hasMessageContaining("without a mini-batch");
    assertThat(admm.history().entries()).isEmpty();
    AdmmState state = admm.states(net).values().iterator().next();
    assertThat(state.u().norm2Number().doubleValue()).isZero();

    net.addListeners(admm);
    net.fit(data());
    admm.endEpoch(net); // by hand, although fit(iterator) has done it
    assertThat(admm.history().entries()).hasSize(1);
  }

  @Test
  void epochWithoutAMiniBatch_isAnError_inTheSecondEpochToo() {
    DataSetIterator once = new ExistingDataSetIterator(List.of(Nets.vectors(12, 1)).iterator());
    MultiLayerNetwork net = net();
    net.addListeners(soft(RHO_1));
    net.fit(once);
    assertThatThrownBy(() -> net.fit(once))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "an epoch ended without a mini-batch, after iteration 0: nothing was trained in it; the"
                + " data is empty, or an iterator was not reset");
    ComputationGraph graph = Nets.graph(Nets.conf(Nets.sgd(), true));
    graph.addListeners(AdmmListener.of(Nets.soft("branch_a", "W"), RHO_1));
    assertThatThrownBy(() -> graph.fit(new ExistingDataSetIterator(List.<DataSet>of()), 2))
        .hasMessageContaining("without a mini-batch");

    MultiLayerNetwork byHand = net();
    AdmmListener admm = soft(RHO_1);
    byHand.addListeners(admm);
    byHand.fit(Nets.vectors(12, 1)); // fires no epoch events
    admm.endEpoch(byHand);
    assertThatThrownBy(() -> admm.endEpoch(byHand)).hasMessageContaining("without a mini-batch");
  }

  @Test
  void nanInTheData_isNotBlamedOnRho() {
    for (boolean features : new boolean[] {true, false}) {
      for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
        MultiLayerNetwork net = net();
        net.addListeners(soft(RHO_1));
        DataSet batch = Nets.vectors(12, 1);
        (features ? batch.getFeatures() : batch.getLabels()).putScalar(5, bad);
        assertThatThrownBy(() -> net.fit(batch))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining(
                "the %s of the mini-batch at iteration 0 are not finite",
                features ? "features" : "labels")
            .hasMessageNotContaining("rho")
            .hasMessageNotContaining("learning rate");
      }
    }
  }

  @Test
  void update_everyKEpochs_orEveryKIterations() {
    MultiLayerNetwork net = net();
    AdmmListener epochs = soft(RHO_1.withUpdateEveryEpochs(2));
    net.setListeners(epochs);
    net.fit(data(), 5);
    assertThat(epochs.history().entries())
        .extracting(AdmmHistory.Entry::epoch)
        .containsExactly(1, 3);

    net = net();
    AdmmListener iterations = soft(RHO_1.withUpdateEveryIterations(2));
    net.setListeners(iterations);
    net.fit(data(), 3); // 9 iterations
    assertThat(iterations.history().entries())
        .extracting(AdmmHistory.Entry::iteration)
        .containsExactly(1, 3, 5, 7);
  }

  @Test
  void earlyStoppingTrainer_firesTheEpochs() {
    MultiLayerNetwork net = net();
    AdmmListener admm = soft(RHO_1);
    net.setListeners(admm);
    var configuration =
        new EarlyStoppingConfiguration.Builder<MultiLayerNetwork>()
            .epochTerminationConditions(new MaxEpochsTerminationCondition(3))
            .scoreCalculator(new DataSetLossCalculator(data(), true))
            .modelSaver(new InMemoryModelSaver<>())
            .build();
    new EarlyStoppingTrainer(configuration, net, data()).fit();
    assertThat(admm.history().entries()).hasSize(3);
  }

  @Test
  void annealing_tightensTheRanksStepByStep() {
    MultiLayerNetwork net = net();
    Tensorization t = Tensorization.matrix(Scheme.SEPARATED, List.of(5), List.of(6));
    TensorTrainSet rank1 = TensorTrainSet.of(t, List.of(1, 1, 1));
    AdmmListener admm =
        AdmmListener.of(List.of(new Constrained("fc1", "W", rank1)), RHO_1.withAnnealing(2));
    net.setListeners(admm);
    int[] ranks = new int[3];
    AdmmState state = admm.states(net).values().iterator().next();
    ranks[0] = rank(state.z());
    net.fit(data());
    ranks[1] = rank(state.z());
    net.fit(data());
    ranks[2] = rank(state.z());
    assertThat(ranks).containsExactly(5, 2, 1); // 5, sqrt(5) = 2.2, 1
  }

  private static int rank(INDArray matrix) {
    return new org.apache.commons.math3.linear.SingularValueDecomposition(
            org.apache.commons.math3.linear.MatrixUtils.createRealMatrix(matrix.toDoubleMatrix()))
        .getRank();
  }

  // ---- what it refuses ----

  @Test
  void optimizerWithoutGradientSteps_isRefused() {
    for (var algorithm :
        List.of(
            OptimizationAlgorithm.LBFGS,
            OptimizationAlgorithm.CONJUGATE_GRADIENT,
            OptimizationAlgorithm.LINE_GRADIENT_DESCENT)) {
      MultiLayerNetwork net =
          Nets.denseNet(Nets.conf(Nets.sgd(), true).optimizationAlgo(algorithm));
      INDArray before = net.params().dup();
      net.setListeners(soft(RHO_1));
      assertThatThrownBy(() -> net.fit(Nets.vectors(4, 1)))
          .hasMessageContaining("trained by " + algorithm)
          .hasMessageContaining("optimizationAlgo(STOCHASTIC_GRADIENT_DESCENT)");
      assertThat(net.params()).isEqualTo(before);
    }
  }

  @Test
  void unknownLayerOrWeight_isNamed() {
    assertThatThrownBy(() -> AdmmListener.of(Nets.soft("fc9", "W"), RHO_1).onEpochStart(net()))
        .hasMessage("there is no layer \"fc9\" to constrain; the network has [fc1, out]");
    assertThatThrownBy(() -> AdmmListener.of(Nets.soft("fc1", "RW"), RHO_1).onEpochStart(net()))
        .hasMessage("layer \"fc1\" has no weight RW to constrain; it has [W, b]");
    assertThatThrownBy(() -> AdmmListener.of(List.of(), RHO_1))
        .hasMessageContaining("nothing to constrain");
  }

  @Test
  void weightDecay_thatCannotBeTakenOut_isRefused() {
    AdmmSettings drop = RHO_1.withWeightDecay(WeightDecay.DROP);
    MultiLayerNetwork decoupled = Nets.denseNet(Nets.conf(Nets.sgd(), true).weightDecay(0.1));
    assertThatThrownBy(() -> soft(drop).onEpochStart(decoupled))
        .hasMessageContaining("layer \"fc1\", weight W")
        .hasMessageContaining("[WeightDecay")
        .hasMessageContaining("WeightDecay.KEEP");
    MultiLayerNetwork clipped =
        Nets.denseNet(
            Nets.conf(Nets.sgd(), true)
                .l2(0.1)
                .gradientNormalization(GradientNormalization.ClipL2PerLayer));
    assertThatThrownBy(() -> soft(drop).onEpochStart(clipped))
        .hasMessageContaining("ClipL2PerLayer");
    soft(RHO_1).onEpochStart(clipped); // KEEP takes them as they are
    soft(RHO_1).onEpochStart(decoupled);
  }

  @Test
  void frozenLayers_areSkipped() {
    MultiLayerNetwork frozen =
        new TransferLearning.Builder(net())
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Sgd(0.1)).build())
            .setFeatureExtractor(0)
            .build();
    INDArray before = frozen.getParam("0_W").dup();
    AdmmListener admm = AdmmListener.of(Nets.soft("fc1", "W", "out", "W"), RHO_1);
    frozen.setListeners(admm);
    frozen.fit(data(), 2);
    assertThat(frozen.getParam("0_W")).isEqualTo(before);
    assertThat(admm.history().entries()).extracting(AdmmHistory.Entry::layer).containsOnly("out");
  }

  @Test
  void divergence_namesLayerIterationRhoAndTheWayOut() {
    MultiLayerNetwork net = net();
    net.setListeners(soft(AdmmSettings.defaults().withRho(1e6)));
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 200; i++) {
                net.fit(Nets.vectors(4, 1));
              }
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(
            "(?s).* at iteration \\d+; the worst is layer \"fc1\", weight W \\(rho = 1.00e\\+06, .*"
                + "try a smaller rho or learning rate.*");
  }

  @Test
  void nanInTheLoss_stopsBeforeTheStep() {
    MultiLayerNetwork net = net();
    AdmmListener admm = soft(RHO_1);
    net.setListeners(admm);
    net.fit(data());
    INDArray before = net.params().dup();
    var bad = Nets.vectors(4, 1);
    bad.getFeatures().putScalar(0, Double.NaN);
    assertThatThrownBy(() -> net.fit(bad))
        .hasMessageContaining("the loss became NaN at iteration 3");
    assertThat(net.params()).isEqualTo(before);
  }

  @Test
  void nanBeforeTraining_namesTheLayer() {
    MultiLayerNetwork net = net();
    net.getParam("0_W").putScalar(0, Double.NaN);
    assertThatThrownBy(() -> soft(RHO_1).onEpochStart(net))
        .hasMessageContaining("layer \"fc1\", weight W holds NaN");
  }

  @Test
  void settings_outOfRange_areNamed() {
    assertThatThrownBy(() -> RHO_1.withEpochs(0)).hasMessageContaining("epochs is 0");
    assertThatThrownBy(() -> RHO_1.withUpdateEveryEpochs(0)).hasMessageContaining("period is 0");
    assertThatThrownBy(() -> RHO_1.withAnnealing(-1)).hasMessageContaining("annealing is -1");
    assertThatThrownBy(() -> RHO_1.withTolerance(-1)).hasMessageContaining("tolerance is -1");
    assertThatThrownBy(() -> RHO_1.withIterationsPerEpoch(-1))
        .hasMessageContaining("iterationsPerEpoch is -1");
  }

  // ---- what comes of it ----

  @Test
  void projected_putsZin_andWback_alsoWhenItFails() {
    MultiLayerNetwork net = net();
    AdmmListener admm = soft(RHO_1);
    net.setListeners(admm);
    net.fit(data());
    INDArray before = net.params().dup();
    INDArray z = admm.states(net).values().iterator().next().z();

    INDArray seen = admm.projected(net, () -> net.getParam("0_W").dup());
    assertThat(seen).isEqualTo(z);
    assertThat(net.params()).isEqualTo(before);
    assertThatThrownBy(
            () ->
                admm.projected(
                    net,
                    () -> {
                      throw new IllegalStateException("evaluation failed");
                    }))
        .hasMessage("evaluation failed");
    assertThat(net.params()).isEqualTo(before);
  }

  @Test
  void history_holdsTheProjectedScore_andIsCsv() {
    MultiLayerNetwork net = net();
    var test = Nets.vectors(12, 1);
    AdmmListener admm = soft(RHO_1).evaluateWith(model -> ((MultiLayerNetwork) model).score(test));
    net.setListeners(admm);
    net.fit(data(), 2);
    AdmmHistory.Entry last = admm.history().last().get(0);
    assertThat(last.update()).isEqualTo(2);
    assertThat(last.projectedScore())
        .isCloseTo(admm.projected(net, () -> net.score(test)), within(1e-12));
    String[] lines = admm.history().toCsv().split("\n");
    assertThat(lines).hasSize(3);
    assertThat(lines[0].split(",")).hasSameSizeAs(lines[1].split(","));
    assertThat(lines[2]).startsWith("2,1,5,fc1,W,1.0," + last.found().residuals().primal());
  }

  @Test
  void decompose_keepsTheNetwork_andDropsTheListener() {
    MultiLayerNetwork net = net();
    AdmmListener admm = new AdmmListener(plan(net), AdmmSettings.defaults().withRho(10));
    net.setListeners(admm);
    net.fit(data(), 30);
    INDArray before = net.params().dup();
    MultiLayerNetwork small = admm.decompose(net);

    assertThat(net.params()).isEqualTo(before);
    assertThat(small.getListeners()).isEmpty();
    assertThat(small.numParams()).isEqualTo(net.numParams() - 30 + 2 * (5 + 6));
    INDArray x = Nets.vectors(5, 9).getFeatures();
    double distance = admm.history().last().get(0).found().relativeDistance();
    assertThat(distance).isLessThan(0.05);
    assertThat(small.output(x).distance2(net.output(x))).isLessThan(10 * distance);
    small.fit(data()); // fine-tuning
  }

  @Test
  void decompose_afterIterationsWithoutTheListener_isRefused() {
    MultiLayerNetwork net = net();
    AdmmListener admm = new AdmmListener(plan(net), RHO_1);
    net.setListeners(admm);
    net.fit(data());
    net.setListeners(List.of()); // as a user does who adds his own
    net.fit(data());
    assertThatThrownBy(() -> admm.decompose(net))
        .hasMessageStartingWith("3 iterations ran without the ADMM listener")
        .hasMessageContaining("addListeners");
    net.addListeners(admm);
    net.fit(data());
    assertThatThrownBy(() -> admm.decompose(net)).hasMessageStartingWith("3 iterations ran");
  }
}
