package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.ui.model.stats.StatsListener;
import org.deeplearning4j.ui.model.stats.api.Histogram;
import org.deeplearning4j.ui.model.stats.api.StatsReport;
import org.deeplearning4j.ui.model.stats.api.StatsType;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.Test;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;

/** DL4J's evaluation, statistics, summary and memory report see the layer. */
interface ReportClaims extends LayerInNetworks {
  @Test
  default void evaluation_countsEveryExample() {
    MultiLayerNetwork net = network(new Sgd(0.1));
    Evaluation evaluation = net.evaluate(batches(2, DataType.DOUBLE));
    // DL4J takes the last axis of a series for time, in NWC as well.
    long steps = !isSequence() ? 1 : format() == RNNFormat.NCW ? STEPS : CLASSES;
    assertThat(evaluation.getNumRowCounter()).isEqualTo(12 * steps);
  }

  @Test
  default void statsListener_seesEveryParameter() {
    InMemoryStatsStorage storage = new InMemoryStatsStorage();
    MultiLayerNetwork net = network(new Sgd(0.05));
    net.setListeners(new StatsListener(storage, 1));
    net.fit(data(3, DataType.DOUBLE));
    net.fit(data(3, DataType.DOUBLE));
    String session = storage.listSessionIDs().get(0);
    StatsReport last =
        (StatsReport)
            storage.getLatestUpdateAllWorkers(session, StatsListener.TYPE_ID).iterator().next();
    Map<String, INDArray> parameters = net.paramTable();
    assertThat(parameters.keySet()).anyMatch(name -> name.endsWith("_core0"));
    Map<String, Histogram> histograms = last.getHistograms(StatsType.Parameters);
    assertThat(histograms).containsOnlyKeys(parameters.keySet());
    parameters.forEach(
        (name, values) -> {
          Histogram histogram = histograms.get(name);
          assertThat(Arrays.stream(histogram.getBinCounts()).sum())
              .as(name)
              .isEqualTo((int) values.length());
          assertThat(histogram.getMax()).as(name).isEqualTo(values.maxNumber().doubleValue());
          assertThat(histogram.getMin()).as(name).isEqualTo(values.minNumber().doubleValue());
        });
    assertThat(last.getMeanMagnitudes(StatsType.Parameters)).containsOnlyKeys(parameters.keySet());
    assertThat(last.getMeanMagnitudes(StatsType.Updates))
        .containsOnlyKeys(parameters.keySet())
        .allSatisfy((name, magnitude) -> assertThat(magnitude).isFinite());
  }

  @Test
  default void summaryAndMemoryReport_nameTheLayer() {
    Layer layer = built(layer());
    MultiLayerNetwork net = network(layer, new Sgd(0.05));
    assertThat(net.summary()).contains("core0");
    // Of the layer alone: DL4J's SimpleRnn, in front of it, has no report.
    InputPreProcessor before = net.getLayerWiseConfigurations().getInputPreProcess(index());
    InputType type = before == null ? inputType() : before.getOutputType(inputType());
    Layer conf = net.getLayerWiseConfigurations().getConf(index()).getLayer();
    assertThat(conf.getMemoryReport(type).toString()).contains(layer.getClass().getSimpleName());
  }
}
