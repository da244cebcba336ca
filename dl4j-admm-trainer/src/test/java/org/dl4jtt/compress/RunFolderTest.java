package org.dl4jtt.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dl4jtt.compress.RandomData.random;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.admm.RhoSchedule;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.surgery.ModelFiles;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.adapter.SingletonMultiDataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

class RunFolderTest {
  private static final int ADMM = 4;
  private static final int FINE = 3;
  private static final TensorForm FORM =
      TensorForm.of(
          Tensorization.matrix(Scheme.SEPARATED, List.of(3, 4), List.of(4, 2)),
          List.of(1, 2, 3, 2, 1));

  @TempDir Path temp;

  /** Dropout, batch norm, momentum, and a learning rate that falls with every iteration. */
  private static MultiLayerNetwork net(int seed) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .dataType(DataType.FLOAT)
                .updater(
                    new Nesterovs(new ExponentialSchedule(ScheduleType.ITERATION, 0.05, 0.99), 0.9))
                .activation(Activation.TANH)
                .list()
                .layer(new DenseLayer.Builder().name("fc").nOut(12).dropOut(0.8).build())
                .layer(new BatchNormalization.Builder().name("norm").build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .name("out")
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.feedForward(8))
                .build());
    net.init();
    return net;
  }

  private static DataSet data() {
    INDArray x = random(3, 48, 8).castTo(DataType.FLOAT);
    INDArray y = Nd4j.create(DataType.FLOAT, 48, 2);
    for (int i = 0; i < 48; i++) {
      y.putScalar(i, x.getDouble(i, 0) * x.getDouble(i, 1) > 0 ? 1 : 0, 1);
    }
    return new DataSet(x, y);
  }

  private static EpochData train() {
    return EpochData.shuffled(data(), 12, 5);
  }

  private static CompressionPlan plan(Model net) {
    return CompressionPlan.of(net).layer("fc", FORM).build();
  }

  private static Compressor<MultiLayerNetwork> compressor(MultiLayerNetwork net) {
    return Compressor.of(net, plan(net))
        .settings(
            AdmmSettings.defaults().withRho(RhoSchedule.geometric(0.1, 2, 10)).withTolerance(0))
        .admmEpochs(ADMM)
        .fineTuningEpochs(FINE)
        .seed(11);
  }

  private static final ToDoubleFunction<Model> SCORE =
      model ->
          model instanceof ComputationGraph
              ? model.params().norm2Number().doubleValue()
              : ((MultiLayerNetwork) model).score(data());

  /** Stops a run at a point, as a kill would: no line of the run comes after it. */
  private static final class Kill extends RuntimeException {}

  private static CompressionListener killAfter(Stage stage, int epoch) {
    return new CompressionListener() {
      @Override
      public void epochEnded(Stage ended, int number, int epochs) {
        if (ended == stage && number == epoch) {
          throw new Kill();
        }
      }

      @Override
      public void stageStarted(Stage started, int epochsDone, int epochs) {
        if (started == stage && epochsDone == epoch) {
          throw new Kill();
        }
      }
    };
  }

  private static byte[] bits(Model model) {
    return model.params().data().asBytes();
  }

  // ---- resume ----

  @Test
  void resumedRun_endsInTheSameBits_asOneThatWasNeverStopped() throws IOException {
    Compression<MultiLayerNetwork> whole = compressor(net(1)).run(train(), SCORE);
    Path folder = temp.resolve("run");
    assertThatThrownBy(
            () ->
                compressor(net(1))
                    .folder(folder)
                    .listener(killAfter(Stage.PROJECTED, 0))
                    .run(train(), SCORE))
        .isInstanceOf(Kill.class);
    List<Stage> stages =
        List.of(
            Stage.PROJECTED, Stage.PROJECTED, Stage.DECOMPOSED, Stage.FINE_TUNED, Stage.FINE_TUNED);
    int[] epochs = {2, ADMM, 0, 1, FINE};
    for (int kill = 0; kill < epochs.length; kill++) {
      CompressionListener killer = killAfter(stages.get(kill), epochs[kill]);
      Nd4j.getRandom().setSeed(kill); // another process starts with another generator
      assertThatThrownBy(() -> Compressor.resume(folder).listener(killer).run(train(), SCORE))
          .isInstanceOf(Kill.class);
    }
    List<StageResult> told = new ArrayList<>();
    Compression<MultiLayerNetwork> resumed =
        Compressor.resume(folder, MultiLayerNetwork.class)
            .listener(
                new CompressionListener() {
                  @Override
                  public void stageEnded(StageResult result) {
                    told.add(result);
                  }
                })
            .run(train(), SCORE);

    assertThat(bits(resumed.network())).isEqualTo(bits(whole.network()));
    assertThat(resumed.network().getUpdater().getStateViewArray().data().asBytes())
        .isEqualTo(whole.network().getUpdater().getStateViewArray().data().asBytes());
    assertThat(resumed.network().getIterationCount()).isEqualTo((ADMM + FINE) * 4);
    assertThat(resumed.network().getEpochCount()).isEqualTo(whole.network().getEpochCount());
    assertThat(told).extracting(StageResult::stage).containsExactly(Stage.FINE_TUNED);
    assertThat(resumed.report().history()).isEqualTo(whole.report().history()).hasSize(ADMM);
    assertThat(resumed.report().stages())
        .extracting(StageResult::stage)
        .containsExactly(Stage.values());
    assertThat(resumed.report().stages())
        .extracting(StageResult::score)
        .isEqualTo(whole.report().stages().stream().map(StageResult::score).toList());
    assertThat(bits(ModelFiles.read(folder.resolve("small.zip")))).isEqualTo(bits(whole.network()));
    assertThat(historyCsv(folder)).hasSize(1 + ADMM);
  }

  private static List<String> historyCsv(Path folder) throws IOException {
    return Files.readAllLines(folder.resolve("history.csv"));
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
  void resumedRun_keepsItsTeacher_andReestimatesBatchNormAlike() throws IOException {
    byte[] plain = bits(compressor(net(1)).run(train(), SCORE).network());
    byte[] whole = bits(taught().run(train(), SCORE).network());
    assertThat(whole).isNotEqualTo(plain);
    Path folder = temp.resolve("run");
    assertThatThrownBy(
            () ->
                taught()
                    .folder(folder)
                    .listener(killAfter(Stage.PROJECTED, ADMM))
                    .run(train(), SCORE))
        .isInstanceOf(Kill.class);
    Nd4j.getRandom().setSeed(99);
    assertThatThrownBy(
            () ->
                Compressor.resume(folder)
                    .listener(killAfter(Stage.FINE_TUNED, 1))
                    .run(train(), SCORE))
        .isInstanceOf(Kill.class);
    assertThat(bits(Compressor.resume(folder).run(train(), SCORE).network())).isEqualTo(whole);
  }

  private static Compressor<MultiLayerNetwork> taught() {
    return compressor(net(1)).distillation(2, 0.5).reestimateBatchNorm(true);
  }

  @Test
  void anotherSeed_endsInOtherBits() throws IOException {
    assertThat(bits(compressor(net(1)).seed(12).run(train(), SCORE).network()))
        .isNotEqualTo(bits(compressor(net(1)).run(train(), SCORE).network()));
  }

  @Test
  void graphWithTwoInputs_isTrainedOnMultiDataSets_andResumed() throws IOException {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(0.01))
                .activation(Activation.TANH)
                .graphBuilder()
                .addInputs("a", "b")
                .setInputTypes(InputType.feedForward(4), InputType.feedForward(4))
                .addVertex("both", new MergeVertex(), "a", "b")
                .addLayer("fc", new DenseLayer.Builder().nOut(12).build(), "both")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build(),
                    "fc")
                .setOutputs("out")
                .build());
    graph.init();
    Nd4j.getRandom().setSeed(2);
    MultiDataSet batch =
        new MultiDataSet(
            new INDArray[] {Nd4j.randn(20, 4), Nd4j.randn(20, 4)},
            new INDArray[] {Nd4j.randn(20, 2)});
    SingletonMultiDataSetIterator data = new SingletonMultiDataSetIterator(batch);
    ToDoubleFunction<ComputationGraph> score = g -> g.score(batch);
    Compression<ComputationGraph> whole =
        Compressor.of(graph, plan(graph)).admmEpochs(3).fineTuningEpochs(2).run(data, score);

    Path folder = temp.resolve("graph");
    assertThatThrownBy(
            () ->
                Compressor.of(graph, plan(graph))
                    .admmEpochs(3)
                    .fineTuningEpochs(2)
                    .folder(folder)
                    .listener(killAfter(Stage.PROJECTED, 2))
                    .run(data, score))
        .isInstanceOf(Kill.class);
    Compression<ComputationGraph> resumed =
        Compressor.resume(folder, ComputationGraph.class).run(data, score);
    assertThat(bits(resumed.network())).isEqualTo(bits(whole.network()));
    assertThatThrownBy(() -> Compressor.resume(folder, MultiLayerNetwork.class))
        .hasMessage(folder + " compresses a ComputationGraph, not a MultiLayerNetwork");
  }

  // ---- files ----

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

  @ParameterizedTest
  @ValueSource(strings = {"model.zip", "admm.state", "state.json", "SHA256SUMS"})
  void truncatedOrAlteredFile_isRefused_andTheCheckpointBeforeIsUsed(String name)
      throws IOException {
    byte[] whole = bits(compressor(net(1)).run(train(), SCORE).network());
    Path folder = temp.resolve("run");
    assertThatThrownBy(
            () ->
                compressor(net(1))
                    .folder(folder)
                    .listener(killAfter(Stage.PROJECTED, 3))
                    .run(train(), SCORE))
        .isInstanceOf(Kill.class);
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
    Path folder = killedRun(net(1), "run");
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
    Path folder = killedRun(net(1), "run");
    Path other = killedRun(net(2), "other");
    Path newest = checkpoints(folder).get(0);
    Durable.deleteFolder(folder.resolve("checkpoints"));
    Files.createDirectory(folder.resolve("checkpoints"));
    Durable.rename(checkpoints(other).get(0), newest);
    assertThatThrownBy(() -> Compressor.resume(folder).run(train(), SCORE))
        .hasMessageContaining(newest + " is of another run");
  }

  @Test
  void aFolderWithARun_orWithOtherFiles_isRefused() throws IOException {
    Path folder = killedRun(net(1), "run");
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
    Path folder = killedRun(net(1), "run");
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
  void aResumedRun_keepsItsSettings() throws IOException {
    Compressor<Model> resumed = Compressor.resume(killedRun(net(1), "run"));
    assertThatThrownBy(() -> resumed.admmEpochs(50))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("admmEpochs cannot be set when a run is resumed");
    assertThatThrownBy(() -> resumed.folder(temp)).hasMessageContaining("folder cannot be set");
  }

  // ---- NaN ----

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

  // ---- helpers ----

  private Path killedRun(MultiLayerNetwork net, String name) {
    Path folder = temp.resolve(name);
    assertThatThrownBy(
            () ->
                compressor(net)
                    .folder(folder)
                    .listener(killAfter(Stage.PROJECTED, 1))
                    .run(train(), SCORE))
        .isInstanceOf(Kill.class);
    return folder;
  }

  private static List<Path> checkpoints(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder.resolve("checkpoints"))) {
      return all.sorted((a, b) -> b.compareTo(a)).toList();
    }
  }

  private static List<Path> leftovers(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> path.toString().endsWith(".part")).toList();
    }
  }
}
