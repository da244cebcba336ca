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
        .hasMessageContaining("NaN")
        .hasMessageContaining("learning rate");

    Compression<Model> resumed = Compressor.resume(folder).run(train(), SCORE);
    assertThat(bits(resumed.network()))
        .isEqualTo(bits(compressor(net(1)).run(train(), SCORE).network()));
  }
}
