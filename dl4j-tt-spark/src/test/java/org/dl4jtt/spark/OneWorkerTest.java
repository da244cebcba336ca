package org.dl4jtt.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.admm.AdmmHistory;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.admm.RhoSchedule;
import org.dl4jtt.admm.WeightDecay;
import org.dl4jtt.plan.CompressionPlan;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;

/** One worker does what {@link AdmmListener} does on one machine. */
class OneWorkerTest extends OnSpark {
  private static final int EPOCHS = 6;

  static Stream<Arguments> cases() {
    AdmmSettings settings = AdmmSettings.defaults().withEpochs(EPOCHS);
    return Stream.of(
        Arguments.of("Nesterovs", Data.network(new Nesterovs(0.05, 0.9)), settings),
        Arguments.of("Adam", Data.network(new Adam(0.01)), settings),
        Arguments.of("graph, Nesterovs", Data.graph(new Nesterovs(0.05, 0.9)), settings),
        Arguments.of(
            "ranks chosen again", Data.network(new Adam(0.01)), settings.withReplanning(1, 1)),
        Arguments.of("graph, Adam", Data.graph(new Adam(0.01)), settings),
        Arguments.of(
            "every second epoch, annealed, decay moved",
            Data.network(new Nesterovs(0.05, 0.9)),
            settings
                .withUpdateEveryEpochs(2)
                .withAnnealing(2)
                .withWeightDecay(WeightDecay.MOVE_TO_TARGET)
                .withRho(RhoSchedule.residualBalancing(0.5))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void weights_equalThoseOfOneMachine(String name, Model net, AdmmSettings settings)
      throws IOException {
    CompressionPlan plan =
        settings.replanEvery() == 0
            ? CompressionPlan.of(net).layer("fc", Data.FORM).build()
            : CompressionPlan.of(net).include("fc").include("out").weights(0.9).build();
    List<DataSet> batches = Data.batches(9, 3);
    DataSetIterator data = new ExistingDataSetIterator(batches);
    fit(net, data); // momentum, counts and statistics to start from

    SparkAdmm<Model> spark =
        SparkAdmm.of(SparkJob.of(sc, folder.toString()).withWorkers(1), net, plan, settings);
    spark.fit(Data.shard(9, 3), EPOCHS);

    AdmmListener admm = new AdmmListener(plan, settings);
    net.addListeners(admm);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      fit(net, data);
    }
    // Sums of the same doubles in the same order, but for W = (W + U) - U on the driver.
    assertThat(spark.network().params().distance2(net.params())).isLessThan(1e-10);
    assertSame(spark.history(), admm.history());
    assertThat(spark.decompose().params().distance2(decompose(admm, net).params()))
        .isLessThan(1e-8); // cores are as near as W, times a condition number
  }

  private static void fit(Model net, DataSetIterator data) {
    data.reset();
    if (net instanceof ComputationGraph graph) {
      graph.fit(data);
    } else {
      ((MultiLayerNetwork) net).fit(data);
    }
  }

  private static Model decompose(AdmmListener admm, Model net) {
    return net instanceof ComputationGraph graph
        ? admm.decompose(graph)
        : admm.decompose((MultiLayerNetwork) net);
  }

  private static void assertSame(AdmmHistory found, AdmmHistory expected) {
    assertThat(found.entries()).hasSameSizeAs(expected.entries()).isNotEmpty();
    for (int i = 0; i < expected.entries().size(); i++) {
      AdmmHistory.Entry a = found.entries().get(i);
      AdmmHistory.Entry b = expected.entries().get(i);
      assertThat(a.update()).isEqualTo(b.update());
      assertThat(a.epoch()).isEqualTo(b.epoch());
      assertThat(a.iteration()).isEqualTo(b.iteration());
      assertThat(a.rho()).isCloseTo(b.rho(), within(1e-12 * b.rho()));
      assertThat(a.score()).isCloseTo(b.score(), within(1e-10));
      assertThat(a.penalty()).isCloseTo(b.penalty(), within(1e-10));
      assertThat(a.found().residuals().primal())
          .isCloseTo(b.found().residuals().primal(), within(1e-10));
      assertThat(a.found().residuals().dual())
          .isCloseTo(b.found().residuals().dual(), within(1e-10 * (1 + b.rho())));
      assertThat(a.found().relativeDistance())
          .isCloseTo(b.found().relativeDistance(), within(1e-10));
      assertThat(a.found().relativeChange()).isCloseTo(b.found().relativeChange(), within(1e-10));
      assertThat(a.found().energyKept()).isCloseTo(b.found().energyKept(), within(1e-10));
    }
  }
}
