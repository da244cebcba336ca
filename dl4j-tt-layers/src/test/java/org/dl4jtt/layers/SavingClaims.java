package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

/** A layer survives files, copies and new parameters. */
interface SavingClaims extends LayerInNetworks {
  @Test
  default void configuration_survivesJsonAndYaml() {
    MultiLayerConfiguration conf =
        configuration(built(layer()), new Adam(0.01), DataType.FLOAT, WorkspaceMode.ENABLED);
    assertThat(MultiLayerConfiguration.fromJson(conf.toJson())).isEqualTo(conf);
    assertThat(MultiLayerConfiguration.fromYaml(conf.toYaml())).isEqualTo(conf);
    assertThat(conf.clone()).isEqualTo(conf);
    assertThat(conf.getConf(index()).getLayer())
        .hasSameHashCodeAs(conf.clone().getConf(index()).getLayer());
    ComputationGraphConfiguration graph =
        graph(built(layer()), new Adam(0.01), DataType.FLOAT).getConfiguration();
    assertThat(ComputationGraphConfiguration.fromJson(graph.toJson())).isEqualTo(graph);
    assertThat(ComputationGraphConfiguration.fromYaml(graph.toYaml())).isEqualTo(graph);
  }

  @Test
  default void zip_restoresAll_andTrainingGoesOnAsIfNothingHadHappened(@TempDir Path directory)
      throws Exception {
    DataSet data = data(5, DataType.DOUBLE);
    MultiLayerNetwork net = network(new Adam(0.01));
    net.fit(data);
    File zip = directory.resolve("net.zip").toFile();
    net.save(zip, true);
    MultiLayerNetwork restored = MultiLayerNetwork.load(zip, true);
    assertThat(restored.params()).isEqualTo(net.params());
    assertThat(restored.getUpdater().getStateViewArray())
        .isEqualTo(net.getUpdater().getStateViewArray());
    assertThat(restored.output(data.getFeatures())).isEqualTo(net.output(data.getFeatures()));
    for (int i = 0; i < 3; i++) {
      net.fit(data);
      restored.fit(data);
    }
    assertThat(restored.params()).isEqualTo(net.params());
  }

  @Test
  default void graphZip_restoresAll(@TempDir Path directory) throws Exception {
    DataSet data = data(5, DataType.DOUBLE);
    ComputationGraph net = graph(built(layer()), new Adam(0.01), DataType.DOUBLE);
    net.fit(data);
    File zip = directory.resolve("graph.zip").toFile();
    net.save(zip, true);
    ComputationGraph restored = ComputationGraph.load(zip, true);
    net.fit(data);
    restored.fit(data);
    assertThat(restored.params()).isEqualTo(net.params());
  }

  @Test
  default void checkpointListener_savesWhatIsRestored(@TempDir Path folder) {
    MultiLayerNetwork net = network(new Adam(0.01));
    net.addListeners(
        new CheckpointListener.Builder(folder.toFile())
            .saveEveryNIterations(1)
            .keepLast(1)
            .logSaving(false)
            .build());
    net.fit(data(3, DataType.DOUBLE));
    net.fit(data(3, DataType.DOUBLE));
    MultiLayerNetwork restored = CheckpointListener.loadLastCheckpointMLN(folder.toFile());
    assertThat(restored.params()).isEqualTo(net.params());
    assertThat(restored.getUpdater().getStateViewArray())
        .isEqualTo(net.getUpdater().getStateViewArray());
  }

  @Test
  default void clone_isEqualAndIndependent() {
    DataSet data = data(3, DataType.DOUBLE);
    MultiLayerNetwork net = network(new Adam(0.01));
    INDArray before = net.params().dup();
    MultiLayerNetwork clone = net.clone();
    assertThat(clone.output(data.getFeatures())).isEqualTo(net.output(data.getFeatures()));
    clone.fit(data);
    assertThat(net.params()).isEqualTo(before);
    assertThat(clone.params()).isNotEqualTo(before);
    clone.setParams(before);
    assertThat(clone.paramTable()).isEqualTo(net.paramTable());
  }

  @Test
  default void setParams_ofTheLayer_keepsEveryEntryInItsPlace() {
    MultiLayerNetwork net = network(new Sgd(0.1));
    INDArray flat = net.getLayer(index()).params().dup();
    net.getLayer(index()).setParams(flat.mul(2));
    assertThat(distance(net.getLayer(index()).params(), flat.mul(2))).isZero();
  }
}
