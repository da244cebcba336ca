package org.dl4jtt.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dl4jtt.compress.SmallRun.ADMM;
import static org.dl4jtt.compress.SmallRun.FINE;
import static org.dl4jtt.compress.SmallRun.SCORE;
import static org.dl4jtt.compress.SmallRun.checkpoints;
import static org.dl4jtt.compress.SmallRun.compressor;
import static org.dl4jtt.compress.SmallRun.data;
import static org.dl4jtt.compress.SmallRun.historyCsv;
import static org.dl4jtt.compress.SmallRun.killed;
import static org.dl4jtt.compress.SmallRun.net;
import static org.dl4jtt.compress.SmallRun.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.surgery.ModelFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;

/** What a run writes into its folder, and which folders it takes. */
class RunFolderTest {
  @TempDir Path temp;

  @Test
  void results_areOrdinaryModels_withTheSourcesNormalizer() throws IOException {
    MultiLayerNetwork net = net(1);
    Path source = temp.resolve("source.zip");
    ModelSerializer.writeModel(net, source.toFile(), true);
    NormalizerStandardize normalizer = new NormalizerStandardize();
    normalizer.fit(data());
    ModelSerializer.addNormalizerToModel(source.toFile(), normalizer);
    Path folder = temp.resolve("run");
    Compression<MultiLayerNetwork> c =
        compressor(net).folder(folder).source(source).run(train(), SCORE);

    for (String name : List.of("small.zip", "dense.zip")) {
      Path file = folder.resolve(name);
      assertThat(ModelSerializer.<NormalizerStandardize>restoreNormalizerFromFile(file.toFile()))
          .isEqualTo(normalizer);
      // Cores multiplied out and the chain of products: different orders of float additions.
      assertThat(
              ((MultiLayerNetwork) ModelFiles.read(file))
                  .output(data().getFeatures())
                  .equalsWithEps(c.network().output(data().getFeatures()), 1e-5))
          .isTrue();
    }
    try (ZipFile dense = new ZipFile(folder.resolve("dense.zip").toFile())) {
      assertThat(
              new String(dense.getInputStream(dense.getEntry("configuration.json")).readAllBytes()))
          .doesNotContain("dl4jtt");
    }
    assertThat(CompressionPlan.fromJson(Files.readString(folder.resolve("plan.json"))))
        .isEqualTo(c.report().plan());
    assertThat(Files.readString(folder.resolve("settings.json")))
        .contains("\"schedule\" : \"geometric\"", "\"fineTuningEpochs\" : 3", "\"seed\" : 11");
    assertThat(Files.readString(folder.resolve("report.json")))
        .contains("\"FINE_TUNED\"", "\"relativeDistance\"", "\"plan\"");
    assertThat(checkpoints(folder)).hasSize(2);
    assertThat(leftovers(folder)).isEmpty();
  }

  private static List<Path> leftovers(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> path.toString().endsWith(".part")).toList();
    }
  }

  @Test
  void historyCsv_growsByTheWeightsOfEveryConstrainedEpoch() throws IOException {
    Path folder = temp.resolve("run");
    List<Integer> lines = new ArrayList<>();
    Compression<MultiLayerNetwork> result =
        compressor(net(1))
            .folder(folder)
            .listener(
                new CompressionListener() {
                  @Override
                  public void epochEnded(Stage stage, int number, int epochs) {
                    try {
                      lines.add(historyCsv(folder).size());
                    } catch (IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  }
                })
            .run(train(), SCORE);

    List<Integer> expected = new ArrayList<>(); // one weight: a line of names, and one an epoch
    for (int epoch = 1; epoch <= ADMM + FINE; epoch++) {
      expected.add(1 + Math.min(epoch, ADMM));
    }
    assertThat(lines).isEqualTo(expected);
    List<String> csv = historyCsv(folder);
    assertThat(csv.get(0)).startsWith("update,epoch,iteration,layer,parameter,rho,primal");
    double distance = result.report().history().get(ADMM - 1).found().relativeDistance();
    assertThat(csv.get(ADMM).split(",")[8]).isEqualTo(String.valueOf(distance));
  }

  @Test
  void aFolderWithARun_orWithOtherFiles_isRefused() throws IOException {
    Path folder = killed(compressor(net(1)), temp.resolve("run"), 1);
    assertThatThrownBy(() -> compressor(net(2)).folder(folder).run(train(), SCORE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(folder + " holds a run; go on with Compressor.resume(folder)");
    Path home = Files.createDirectory(temp.resolve("home"));
    Files.writeString(home.resolve("small.zip"), "precious");
    assertThatThrownBy(() -> compressor(net(1)).folder(home).run(train(), SCORE))
        .hasMessageContaining(home + " is not empty: it holds " + home.resolve("small.zip"));
    assertThat(home.resolve("small.zip")).hasContent("precious");
    assertThatThrownBy(() -> Compressor.resume(home)).hasMessageContaining("holds no run");
  }

  @Test
  void aFolderInUse_orOneThatCannotBeWritten_isNamed() throws IOException {
    Path folder = killed(compressor(net(1)), temp.resolve("run"), 1);
    RunLock lock = RunLock.of(folder);
    assertThatThrownBy(() -> Compressor.resume(folder).run(train(), SCORE))
        .hasMessage(folder + " is in use: a run goes on in it");
    lock.close();
    Path file = Files.writeString(temp.resolve("file"), "no folder");
    Path below = file.resolve("run");
    List<Stage> started = new ArrayList<>();
    assertThatThrownBy(
            () ->
                compressor(net(1))
                    .folder(below)
                    .listener(
                        new CompressionListener() {
                          @Override
                          public void stageStarted(Stage stage, int done, int epochs) {
                            started.add(stage);
                          }
                        })
                    .run(train(), SCORE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(below + " cannot be written to")
        .hasMessageContaining("choose another folder");
    assertThat(started).isEmpty(); // before any work is done
  }

  @Test
  void foldersThatNoRunNamed_areNoCheckpoints() throws IOException {
    Path folder = killed(compressor(net(1)), temp.resolve("run"), 1);
    for (String name : List.of("99999999999", "2147483647", "1", "0000001")) {
      Files.createDirectories(folder.resolve("checkpoints").resolve(name));
    }
    Compression<?> resumed = Compressor.resume(folder).run(train(), n -> 0);
    assertThat(resumed.report().stages()).isNotEmpty();
    assertThat(folder.resolve("checkpoints/2147483647")).isEmptyDirectory();
  }

  @Test
  void sourceZip_thatIsDeletedDuringARun_costsNoResults() throws IOException {
    Path folder = temp.resolve("run");
    compressor(net(1))
        .folder(folder)
        .listener(
            new CompressionListener() {
              @Override
              public void epochEnded(Stage stage, int number, int epochs) {
                try {
                  Files.deleteIfExists(folder.resolve("source.zip"));
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              }
            })
        .run(train(), SCORE);
    assertThat(folder.resolve("small.zip")).exists();
    assertThat(folder.resolve("dense.zip")).exists();
    assertThat(folder.resolve("report.json")).exists();
  }
}
