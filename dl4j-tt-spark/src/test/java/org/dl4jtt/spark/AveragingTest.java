package org.dl4jtt.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.layers.TTDense;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;

/** Data-parallel training of a tensor network, against networks of plain DL4J side by side. */
class AveragingTest extends OnSpark {
  private static MultiLayerNetwork tensorNetwork() {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            Data.conf(new Adam(0.01))
                .list()
                .layer(
                    new TTDense.Builder()
                        .name("fc")
                        .inputModes(2, 4)
                        .outputModes(4, 3)
                        .ranks(3)
                        .build())
                .layer(new BatchNormalization.Builder().name("norm").build())
                .layer(Data.output())
                .setInputType(InputType.feedForward(8))
                .build());
    net.init();
    return net;
  }

  private SparkJob job(String name) {
    return SparkJob.of(sc, folder.resolve(name).toString()).withWorkers(2);
  }

  @Test
  void epochs_areThoseOfNetworksSideBySide_averagedByTheirExamples() throws Exception {
    int epochs = 3;
    MultiLayerNetwork net = tensorNetwork();
    Shard shard = Data.shard(7, 3); // 4 mini-batches to one worker, 3 to the other
    List<EpochResult> told = new ArrayList<>();
    SparkAdmm<MultiLayerNetwork> spark =
        SparkAdmm.averaging(job("shards").withProgress(told::add), net);
    spark.fit(shard, epochs);

    MultiLayerNetwork first = net.clone();
    MultiLayerNetwork second = net.clone();
    for (int epoch = 0; epoch < epochs; epoch++) {
      first.fit(shard.open(0, 2, epoch));
      second.fit(shard.open(1, 2, epoch));
      INDArray mean = first.params().mul(4 / 7.0).add(second.params().mul(3 / 7.0));
      first.params().assign(mean);
      second.params().assign(mean);
    }
    // Batch norm's mean and variance are among the parameters.
    assertThat(spark.network().params().distance2(first.params())).isLessThan(1e-12);
    assertThat(spark.network().getEpochCount()).isEqualTo(epochs);
    assertThat(spark.network().getIterationCount()).isEqualTo(epochs * 4);
    assertThat(told).hasSize(epochs);
    assertThat(told.get(2).examples()).isEqualTo(7 * 8);
    assertThat(told.get(2).toString()).startsWith("epoch 3 of 3: 2 workers, 56 examples, score ");
    assertThatThrownBy(spark::history).hasMessageContaining("there is no ADMM");
  }

  @Test
  void batchesThatSparkHolds_giveTheSame() throws IOException {
    MultiLayerNetwork net = tensorNetwork();
    SparkAdmm<MultiLayerNetwork> shards = SparkAdmm.averaging(job("shards"), net);
    shards.fit(Data.shard(7, 3), 2);
    SparkAdmm<MultiLayerNetwork> batches = SparkAdmm.averaging(job("batches"), net);
    batches.fit(sc.parallelize(Data.batches(7, 3), 3), 2);
    assertThat(batches.network().params()).isEqualTo(shards.network().params());
  }
}
