package org.dl4jtt.admm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.ui.model.stats.StatsListener;
import org.deeplearning4j.ui.model.stats.api.StatsReport;
import org.deeplearning4j.ui.model.stats.api.StatsType;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Sgd;

/** DL4J's StatsListener, which feeds its UI, beside ours. */
class StatsListenerTest {
  private static final double LR = 0.1;

  private static DataSetIterator data() {
    return new ListDataSetIterator<>(Nets.vectors(12, 1).asList(), 4);
  }

  private static StatsReport last(InMemoryStatsStorage storage) {
    String session = storage.listSessionIDs().get(0);
    return (StatsReport)
        storage.getLatestUpdateAllWorkers(session, StatsListener.TYPE_ID).iterator().next();
  }

  @Test
  void stats_changeNothing_andNeitherDoesTheOrder() {
    INDArray[] params = new INDArray[3];
    for (int k = 0; k < 3; k++) {
      MultiLayerNetwork net = Nets.denseNet(Nets.conf(new Sgd(LR), true));
      TrainingListener admm = AdmmListener.of(Nets.soft("fc1", "W"), AdmmSettings.defaults());
      TrainingListener stats = new StatsListener(new InMemoryStatsStorage(), 1);
      net.setListeners(
          k == 0 ? List.of(admm) : k == 1 ? List.of(admm, stats) : List.of(stats, admm));
      net.fit(data(), 3);
      params[k] = net.params();
    }
    assertThat(params[1]).isEqualTo(params[0]);
    assertThat(params[2]).isEqualTo(params[0]);
  }

  @Test
  void updatesOfTheUi_holdThePenalty_itsScoreDoesNot() {
    MultiLayerNetwork net = Nets.denseNet(Nets.conf(new Sgd(LR), true));
    AdmmListener admm = AdmmListener.of(Nets.soft("fc1", "W"), AdmmSettings.defaults().withRho(5));
    InMemoryStatsStorage storage = new InMemoryStatsStorage();
    net.setListeners(admm, new StatsListener(storage, 1));
    DataSet batch = Nets.vectors(8, 1);
    double loss = net.score(batch);
    Map<String, INDArray> before =
        Map.of("0_W", net.getParam("0_W").dup(), "0_b", net.getParam("0_b").dup());

    net.fit(batch);

    StatsReport report = last(storage);
    assertThat(report.getScore()).isCloseTo(loss, org.assertj.core.api.Assertions.within(1e-12));
    assertThat(admm.penalty(net)).isGreaterThan(1e-3);
    before.forEach(
        (name, values) ->
            assertThat(report.getMeanMagnitudes(StatsType.Updates).get(name))
                .as(name)
                .isCloseTo(
                    values.sub(net.getParam(name)).norm1Number().doubleValue() / values.length(),
                    org.assertj.core.api.Assertions.within(1e-12)));
    assertThat(report.getMeanMagnitudes(StatsType.Parameters))
        .as("Z, U and rho are not in it: there is no place for them")
        .containsOnlyKeys(net.paramTable().keySet());
  }
}
