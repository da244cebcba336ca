package org.dl4jtt.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.datavec.api.records.reader.impl.csv.CSVRecordReader;
import org.datavec.api.split.CollectionInputSplit;
import org.deeplearning4j.datasets.datavec.RecordReaderDataSetIterator;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.compress.Compression;
import org.dl4jtt.compress.CompressionListener;
import org.dl4jtt.compress.Stage;
import org.dl4jtt.compress.StageResult;
import org.dl4jtt.plan.CompressionPlan;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;

/** The whole pipeline, and what Spark's UI shows of it. */
class SparkCompressorTest {
  private static JavaSparkContext sc;
  private static final List<String> SHOWN = Collections.synchronizedList(new ArrayList<>());

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    sc = Sparks.local("local[2]");
    sc.sc()
        .addSparkListener(
            new SparkListener() {
              @Override
              public void onJobStart(SparkListenerJobStart job) {
                SHOWN.add(job.properties().getProperty("spark.job.description"));
              }

              @Override
              public void onStageCompleted(SparkListenerStageCompleted stage) {
                SHOWN.add("stage " + stage.stageInfo().name());
              }
            });
  }

  @AfterAll
  static void stop() {
    sc.close();
  }

  private SparkCompressor<MultiLayerNetwork> compressor(
      SparkJob job, MultiLayerNetwork net, List<StageResult> told) {
    CompressionPlan plan = CompressionPlan.of(net).layer("fc", Data.FORM).build();
    return SparkCompressor.of(job, net, plan)
        .settings(AdmmSettings.defaults().withTolerance(0))
        .admmEpochs(6)
        .fineTuningEpochs(2)
        .listener(
            new CompressionListener() {
              @Override
              public void stageEnded(StageResult result) {
                told.add(result);
              }
            });
  }

  @Test
  void network_isCompressed_andADriverThatIsLostInFineTuningIsResumed() throws IOException {
    MultiLayerNetwork net = Data.network(new Nesterovs(0.02, 0.9));
    DataSet test = DataSet.merge(Data.batches(12, 3));
    for (int epoch = 0; epoch < 10; epoch++) {
      Data.batches(12, 3).forEach(net::fit);
    }
    Shard shard = Data.shard(12, 3);
    SparkJob job = SparkJob.of(sc, folder.toString()).withWorkers(2);
    List<StageResult> told = new ArrayList<>();
    Compression<MultiLayerNetwork> result =
        compressor(job.inFolder("whole"), net, told).run(shard, n -> n.score(test));

    assertThat(told).extracting(StageResult::stage).containsExactly(Stage.values());
    assertThat(result.report().stages()).isEqualTo(told);
    assertThat(result.report().history()).hasSize(6);
    assertThat(result.network().numParams())
        .isEqualTo(result.report().plan().networkWeightsAfter());
    double dense = result.report().stage(Stage.DENSE).score();
    assertThat(dense).isEqualTo(net.score(test));
    // The targets depend on three inputs by two functions: rank 2 can come near them.
    assertThat(result.report().stage(Stage.FINE_TUNED).score()).isLessThan(2 * dense + 0.05);
    assertThat(SHOWN)
        .contains(
            "ADMM: check that ND4J runs on every executor",
            "ADMM, epoch 3 of 6: train 2 workers",
            "ADMM, epoch 3 of 6: mean of W + U over 2 workers",
            "averaging, epoch 2 of 2: train 2 workers",
            "stage train 2 workers");

    SparkJob dies =
        job.inFolder("killed")
            .withProgress(
                epoch -> {
                  if (epoch.epochs() == 2) {
                    throw new IllegalStateException("killed");
                  }
                });
    try {
      compressor(dies, net, new ArrayList<>()).run(shard, n -> n.score(test));
    } catch (IllegalStateException e) {
      assertThat(e).hasMessage("killed");
    }
    Compression<MultiLayerNetwork> resumed =
        compressor(job.inFolder("killed"), net, new ArrayList<>())
            .resume(shard, n -> n.score(test));
    assertThat(resumed.network().params()).isEqualTo(result.network().params());
    assertThat(resumed.report().history()).isEqualTo(result.report().history());
    for (Stage stage : Stage.values()) {
      assertThat(resumed.report().stage(stage).score())
          .isEqualTo(result.report().stage(stage).score());
    }
  }

  @Test
  void graph_isCompressed_fromFilesReadByDataVec() throws IOException {
    List<String> files = new ArrayList<>();
    Random random = new Random(9);
    for (int i = 0; i < 5; i++) {
      String rows =
          IntStream.range(0, 8)
              .mapToObj(
                  row ->
                      IntStream.range(0, 10)
                          .mapToObj(column -> String.valueOf(random.nextGaussian()))
                          .collect(Collectors.joining(",")))
              .collect(Collectors.joining("\n"));
      files.add(Files.writeString(folder.resolve("part-" + i + ".csv"), rows).toString());
    }
    Shard shard =
        Shard.ofFiles(
            files,
            mine -> {
              CSVRecordReader reader = new CSVRecordReader();
              reader.initialize(new CollectionInputSplit(mine));
              return new RecordReaderDataSetIterator(reader, 8, 8, 9, true);
            });
    List<Long> examples = new ArrayList<>();
    SparkJob job =
        SparkJob.of(sc, folder.resolve("job").toString())
            .withWorkers(3)
            .withProgress(epoch -> examples.add(epoch.examples()));
    ComputationGraph graph = Data.graph(new Adam(0.01));
    CompressionPlan plan = CompressionPlan.of(graph).layer("fc", Data.FORM).build();
    Compression<ComputationGraph> result =
        SparkCompressor.of(job, graph, plan)
            .admmEpochs(2)
            .fineTuningEpochs(1)
            .run(shard, n -> n.score());
    assertThat(examples).containsExactly(40L, 40L, 40L); // each row once
    assertThat(result.network().numParams()).isEqualTo(plan.networkWeightsAfter());
  }
}
