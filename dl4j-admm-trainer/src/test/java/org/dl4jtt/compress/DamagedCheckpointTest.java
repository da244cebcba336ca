package org.dl4jtt.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dl4jtt.compress.SmallRun.SCORE;
import static org.dl4jtt.compress.SmallRun.bits;
import static org.dl4jtt.compress.SmallRun.checkpoints;
import static org.dl4jtt.compress.SmallRun.compressor;
import static org.dl4jtt.compress.SmallRun.killed;
import static org.dl4jtt.compress.SmallRun.net;
import static org.dl4jtt.compress.SmallRun.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.internal.files.WholeFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints that are not whole, or not of this run, are refused. */
class DamagedCheckpointTest {
  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"model.zip", "admm.state", "state.json", "SHA256SUMS"})
  void truncatedOrAlteredFile_isRefused_andTheCheckpointBeforeIsUsed(String name)
      throws IOException {
    byte[] whole = bits(compressor(net(1)).run(train(), SCORE).network());
    Path folder = killed(compressor(net(1)), temp.resolve("run"), 3);
    List<Path> newestFirst = checkpoints(folder);
    assertThat(newestFirst).hasSize(2);
    Path newest = newestFirst.get(0).resolve(name);
    byte[] good = Files.readAllBytes(newest);
    byte[] altered = good.clone();
    altered[good.length / 2] ^= 1;
    Files.write(newest, name.endsWith("state") ? Arrays.copyOf(good, good.length / 2) : altered);
    assertThatThrownBy(() -> Checksums.verify(newest.getParent()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(newest.getParent().toString())
        .hasMessageContaining("altered");

    List<Integer> starts = new ArrayList<>();
    Compression<Model> resumed =
        Compressor.resume(folder)
            .listener(
                new CompressionListener() {
                  @Override
                  public void stageStarted(Stage stage, int epochsDone, int epochs) {
                    starts.add(epochsDone);
                  }
                })
            .run(train(), SCORE);
    assertThat(starts.get(0)).isEqualTo(2); // not the third epoch's
    assertThat(bits(resumed.network())).isEqualTo(whole);
    assertThat(Files.isDirectory(Path.of(newestFirst.get(0) + ".refused"))).isTrue();
  }

  @Test
  void noWholeCheckpoint_isAnError_thatNamesEach() throws IOException {
    Path folder = killed(compressor(net(1)), temp.resolve("run"), 1);
    for (Path checkpoint : checkpoints(folder)) {
      Files.writeString(checkpoint.resolve("state.json"), "{}");
    }
    for (int twice = 0; twice < 2; twice++) { // nothing is renamed by the first attempt
      assertThatThrownBy(() -> Compressor.resume(folder).run(train(), SCORE))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no checkpoint in " + folder.resolve("checkpoints"))
          .hasMessageContaining("state.json is truncated or altered")
          .hasMessageContaining("delete that folder to begin again");
    }
  }

  @Test
  void checkpointOfAnotherModel_isRefused() throws IOException {
    Path folder = killed(compressor(net(1)), temp.resolve("run"), 1);
    Path other = killed(compressor(net(2)), temp.resolve("other"), 1);
    Path newest = checkpoints(folder).get(0);
    WholeFolder.delete(folder.resolve("checkpoints"));
    Files.createDirectory(folder.resolve("checkpoints"));
    WholeFolder.rename(checkpoints(other).get(0), newest);
    assertThatThrownBy(() -> Compressor.resume(folder).run(train(), SCORE))
        .hasMessageContaining(newest + " is of another run");
  }
}
