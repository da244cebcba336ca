package org.dl4jtt.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dl4jtt.compress.SmallRun.ADMM;
import static org.dl4jtt.compress.SmallRun.FINE;
import static org.dl4jtt.compress.SmallRun.SCORE;
import static org.dl4jtt.compress.SmallRun.bits;
import static org.dl4jtt.compress.SmallRun.compressor;
import static org.dl4jtt.compress.SmallRun.historyCsv;
import static org.dl4jtt.compress.SmallRun.killAfter;
import static org.dl4jtt.compress.SmallRun.killed;
import static org.dl4jtt.compress.SmallRun.net;
import static org.dl4jtt.compress.SmallRun.plan;
import static org.dl4jtt.compress.SmallRun.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.surgery.ModelFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.adapter.SingletonMultiDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A run that was stopped ends as one that was not. */
class ResumeTest {
  @TempDir Path temp;

  @Test
  void resumedRun_endsInTheSameBits_asOneThatWasNeverStopped() throws IOException {
    Compression<MultiLayerNetwork> whole = compressor(net(1)).run(train(), SCORE);
    Path folder = killed(compressor(net(1)), temp.resolve("run"), 0);
    List<Stage> stages =
        List.of(
            Stage.PROJECTED, Stage.PROJECTED, Stage.DECOMPOSED, Stage.FINE_TUNED, Stage.FINE_TUNED);
    int[] epochs = {2, ADMM, 0, 1, FINE};
    for (int kill = 0; kill < epochs.length; kill++) {
      CompressionListener killer = killAfter(stages.get(kill), epochs[kill]);
      Nd4j.getRandom().setSeed(kill); // another process starts with another generator
      assertThatThrownBy(() -> Compressor.resume(folder).listener(killer).run(train(), SCORE))
          .isInstanceOf(SmallRun.Kill.class);
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

  @Test
  void resumedRun_keepsItsTeacher_andReestimatesBatchNormAlike() throws IOException {
    byte[] plain = bits(compressor(net(1)).run(train(), SCORE).network());
    byte[] whole = bits(taught().run(train(), SCORE).network());
    assertThat(whole).isNotEqualTo(plain);
    Path folder = killed(taught(), temp.resolve("run"), ADMM);
    Nd4j.getRandom().setSeed(99);
    assertThatThrownBy(
            () ->
                Compressor.resume(folder)
                    .listener(killAfter(Stage.FINE_TUNED, 1))
                    .run(train(), SCORE))
        .isInstanceOf(SmallRun.Kill.class);
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
        .isInstanceOf(SmallRun.Kill.class);
    Compression<ComputationGraph> resumed =
        Compressor.resume(folder, ComputationGraph.class).run(data, score);
    assertThat(bits(resumed.network())).isEqualTo(bits(whole.network()));
    assertThatThrownBy(() -> Compressor.resume(folder, MultiLayerNetwork.class))
        .hasMessage(folder + " compresses a ComputationGraph, not a MultiLayerNetwork");
  }

  @Test
  void aResumedRun_keepsItsSettings() throws IOException {
    Compressor<Model> resumed =
        Compressor.resume(killed(compressor(net(1)), temp.resolve("run"), 1));
    assertThatThrownBy(() -> resumed.admmEpochs(50))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("admmEpochs cannot be set when a run is resumed");
    assertThatThrownBy(() -> resumed.folder(temp)).hasMessageContaining("folder cannot be set");
  }
}
