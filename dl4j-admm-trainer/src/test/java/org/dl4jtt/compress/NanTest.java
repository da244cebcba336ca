package org.dl4jtt.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dl4jtt.compress.SmallRun.SCORE;
import static org.dl4jtt.compress.SmallRun.bits;
import static org.dl4jtt.compress.SmallRun.compressor;
import static org.dl4jtt.compress.SmallRun.data;
import static org.dl4jtt.compress.SmallRun.net;
import static org.dl4jtt.compress.SmallRun.plan;
import static org.dl4jtt.compress.SmallRun.train;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.plan.CompressionPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.dataset.DataSet;

/** NaN ends a run before it can reach a file. */
class NanTest {
  @TempDir Path temp;

  @Test
  void nanInW_isNamedBeforeAnythingIsWritten() {
    MultiLayerNetwork net = net(1);
    CompressionPlan plan = plan(net);
    net.getParam("0_W").putScalar(3, Double.NaN);
    assertThatThrownBy(() -> Compressor.of(net, plan))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("parameter 0_W of the network holds NaN or infinity before training");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5}) // an ADMM epoch, a fine-tuning epoch
  void nanInTraining_stopsTheRun_andTheLastCheckpointStays(int badEpoch) throws IOException {
    Path folder = temp.resolve("run");
    DataSet bad = data();
    bad.getFeatures().putScalar(7, 2, Double.NaN);
    EpochData data =
        epoch -> (epoch == badEpoch ? EpochData.shuffled(bad, 12, 5) : train()).epoch(epoch);
    assertThatThrownBy(() -> compressor(net(1)).folder(folder).run(data, SCORE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the features of mini-batch %d of epoch %d are not finite: they hold NaN or infinity;"
                + " mend the data",
            batchWith(bad, badEpoch), badEpoch + 1);

    Compression<Model> resumed = Compressor.resume(folder).run(train(), SCORE);
    assertThat(bits(resumed.network()))
        .isEqualTo(bits(compressor(net(1)).run(train(), SCORE).network()));
  }

  /** Where the shuffled examples of an epoch have the NaN. */
  private static int batchWith(DataSet bad, int epoch) {
    var batches = EpochData.shuffled(bad, 12, 5).epoch(epoch);
    int number = 1;
    while (!batches.next().getFeatures(0).isNaN().any()) {
      number++;
    }
    return number;
  }

  @Test
  void nanInLabels_isFoundBeforeTheFirstEpoch() {
    DataSet bad = data();
    bad.getLabels().assign(Double.NEGATIVE_INFINITY);
    Path folder = temp.resolve("none");
    Compressor<MultiLayerNetwork> compressor = compressor(net(1)).folder(folder);
    assertThatThrownBy(() -> compressor.run(EpochData.shuffled(bad, 12, 5), SCORE))
        .hasMessageStartingWith("the labels of mini-batch 1 of epoch 1 are not finite");
    assertThat(folder).doesNotExist();
  }
}
