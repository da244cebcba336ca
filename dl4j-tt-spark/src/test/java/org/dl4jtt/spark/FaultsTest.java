package org.dl4jtt.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.plan.CompressionPlan;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

/** What goes wrong is made good, or named. Tasks are tried up to four times. */
class FaultsTest {
  private static final int EPOCHS = 4;
  private static JavaSparkContext sc;
  private static MultiLayerNetwork net;
  private static SparkAdmm<MultiLayerNetwork> undisturbed;

  @TempDir static Path shared;
  @TempDir Path folder;

  @BeforeAll
  static void start() throws IOException {
    sc = Sparks.local("local[2,4]");
    net = Data.network(new Adam(0.01));
    undisturbed = admm(shared);
    undisturbed.fit(Data.shard(5, 3), EPOCHS);
  }

  @AfterAll
  static void stop() {
    sc.close();
  }

  private static SparkJob job(Path folder) {
    return SparkJob.of(sc, folder.toString()).withWorkers(2);
  }

  private static SparkAdmm<MultiLayerNetwork> admm(Path folder) {
    return admm(job(folder));
  }

  private static SparkAdmm<MultiLayerNetwork> admm(SparkJob job) {
    CompressionPlan plan = CompressionPlan.of(net).layer("fc", Data.FORM).build();
    return SparkAdmm.of(job, net, plan, AdmmSettings.defaults().withEpochs(EPOCHS));
  }

  private static void assertUndisturbed(SparkAdmm<MultiLayerNetwork> found) {
    assertThat(found.network().params()).isEqualTo(undisturbed.network().params());
    assertThat(found.history().toCsv()).isEqualTo(undisturbed.history().toCsv());
  }

  @Test
  void taskThatFailsOnce_changesNoDigit() throws IOException {
    String marker = folder.resolve("failed").toString();
    Shard all = Data.shard(5, 3);
    SparkAdmm<MultiLayerNetwork> admm = admm(folder.resolve("job"));
    admm.fit(
        (worker, workers, epoch) -> {
          if (worker == 1 && epoch == 2 && new File(marker).createNewFile()) {
            throw new IOException("the disk is full");
          }
          return all.open(worker, workers, epoch);
        },
        EPOCHS);
    assertThat(Path.of(marker)).exists();
    assertUndisturbed(admm);
  }

  @Test
  void taskThatAlwaysFails_isNamed_andResumedOnceItIsMended() throws IOException {
    Shard all = Data.shard(5, 3);
    SparkAdmm<MultiLayerNetwork> failing = admm(folder);
    assertThatThrownBy(
            () ->
                failing.fit(
                    (worker, workers, epoch) -> {
                      if (worker == 1 && epoch == 2) {
                        throw new IOException("no such file: part-1");
                      }
                      return all.open(worker, workers, epoch);
                    },
                    EPOCHS))
        .hasMessageContaining("worker 2 of 2, epoch 3: java.io.IOException: no such file: part-1")
        .hasMessageContaining("resume goes on after epoch 2");
    SparkAdmm<MultiLayerNetwork> resumed = admm(folder); // as a new driver would
    resumed.resume(all, EPOCHS);
    assertUndisturbed(resumed);
  }

  @Test
  void driverThatIsStartedAgain_goesOnFromTheLastSavedEpoch() throws IOException {
    SparkJob job = job(folder).withCheckpointEvery(2);
    SparkAdmm<MultiLayerNetwork> killed =
        admm(
            job.withProgress(
                result -> {
                  if (result.epoch() == 3) { // which is lost: two epochs are saved
                    throw new IllegalStateException("killed");
                  }
                }));
    assertThatThrownBy(() -> killed.fit(Data.shard(5, 3), EPOCHS)).hasMessage("killed");
    SparkAdmm<MultiLayerNetwork> resumed = admm(job);
    resumed.resume(Data.shard(5, 3), EPOCHS);
    assertUndisturbed(resumed);
    try (var kept = Files.list(folder)) {
      assertThat(kept.map(file -> file.getFileName().toString()))
          .contains("epoch-000002", "epoch-000004", "workers");
    }
  }

  @Test
  void resumeWithoutAnySavedEpoch_starts() throws IOException {
    SparkAdmm<MultiLayerNetwork> admm = admm(folder);
    admm.resume(Data.shard(5, 3), EPOCHS);
    assertUndisturbed(admm);
  }

  @Test
  void folderThatIsInUse_damaged_orOfAnotherJob_isNamed() throws IOException {
    SparkAdmm<MultiLayerNetwork> first = admm(folder);
    first.fit(Data.shard(5, 3), 1);
    assertThatThrownBy(() -> admm(folder).fit(Data.shard(5, 3), 1))
        .hasMessageContaining("holds epoch 1 of a training; go on with resume");
    assertThatThrownBy(() -> admm(job(folder).withWorkers(3)).resume(Data.shard(5, 3), 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 2 workers, now there are 3; go on with withWorkers(2)");
    assertThatThrownBy(
            () ->
                SparkAdmm.averaging(job(folder), Data.network(new Sgd(0.1)))
                    .resume(Data.shard(5, 3), 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is of another network");

    Path state = folder.resolve("epoch-000001/driver.state");
    byte[] bytes = Files.readAllBytes(state);
    bytes[bytes.length / 2] ^= 1;
    Files.write(state, bytes);
    Files.delete(folder.resolve("epoch-000001/.driver.state.crc")); // Hadoop's own check
    assertThatThrownBy(() -> admm(folder).resume(Data.shard(5, 3), 2))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("delete it to go on from the epoch before")
        .hasMessageContaining("its checksum is wrong");
  }

  @Test
  void workersWithoutData_areLeftOut_andAllWithoutDataIsAnError() throws IOException {
    SparkAdmm<MultiLayerNetwork> three = admm(job(folder.resolve("three")).withWorkers(3));
    Shard two = Data.shard(5, 3);
    three.fit(
        (worker, workers, epoch) -> worker == 2 ? nothing() : two.open(worker, 2, epoch), EPOCHS);
    assertUndisturbed(three);

    assertThatThrownBy(() -> admm(folder.resolve("none")).fit((i, n, epoch) -> nothing(), 1))
        .hasMessageContaining("none of the 2 workers had any data in this epoch");
  }

  private static ExistingDataSetIterator nothing() {
    return new ExistingDataSetIterator(List.<DataSet>of());
  }

  @Test
  void divergence_namesTheWorker() {
    MultiLayerNetwork wild = Data.network(new Sgd(1e200));
    SparkAdmm<MultiLayerNetwork> training = SparkAdmm.averaging(job(folder), wild);
    assertThatThrownBy(() -> training.fit(Data.shard(5, 3), 3))
        .hasMessageContaining("the loss of worker 1 became NaN; try a smaller learning rate");
  }

  @Test
  void cores_areSentForTheirSize_andChangeNoDigit() throws IOException {
    long[] bytes = new long[2];
    SparkAdmm<MultiLayerNetwork> whole =
        admm(
            job(folder.resolve("whole"))
                .withFactorsSent(false)
                .withProgress(e -> bytes[0] = e.bytes()));
    whole.fit(Data.shard(5, 3), EPOCHS);
    assertUndisturbed(whole);
    SparkAdmm<MultiLayerNetwork> cores =
        admm(job(folder.resolve("cores")).withProgress(e -> bytes[1] = e.bytes()));
    cores.fit(Data.shard(5, 3), EPOCHS);
    assertUndisturbed(cores);
    assertThat(bytes[0]).isEqualTo(8 * net.numParams());
    assertThat(bytes[0] - bytes[1]).isEqualTo(8 * (8 * 12 - Data.FORM.weights()));
  }

  @Test
  void settingsThatCannotBe_areNamed() {
    CompressionPlan plan = CompressionPlan.of(net).layer("fc", Data.FORM).build();
    assertThatThrownBy(
            () ->
                SparkAdmm.of(
                    job(folder), net, plan, AdmmSettings.defaults().withUpdateEveryIterations(10)))
        .hasMessageContaining("every 10 iterations, but workers meet after epochs");
    assertThatThrownBy(() -> job(folder).withWorkers(0)).hasMessageContaining("workers is 0");
    assertThatThrownBy(() -> job(folder).withCheckpointEvery(0))
        .hasMessageContaining("checkpointEvery is 0");
    assertThatThrownBy(() -> admm(folder).fit(Data.shard(5, 3), 0))
        .hasMessageContaining("epochs is 0");
    assertThat(
            Natives.failure(
                () -> {
                  throw new NoClassDefFoundError("Could not initialize class org.nd4j.Nd4j");
                }))
        .contains("ND4J does not run on executor host", "Could not initialize class org.nd4j.Nd4j");
  }
}
