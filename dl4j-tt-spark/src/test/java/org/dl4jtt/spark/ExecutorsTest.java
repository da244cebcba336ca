package org.dl4jtt.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.plan.CompressionPlan;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;

/** Two executors in JVMs of their own. */
class ExecutorsTest {
  private static final int EPOCHS = 5;

  @TempDir Path folder;

  /** Spark's worker processes want a SPARK_HOME; this one is empty, and the jars are Maven's. */
  @BeforeEach
  void sparkHome() throws IOException {
    Path home = folder.resolve("home");
    Files.createDirectories(home.resolve("jars"));
    Files.createDirectories(home.resolve("launcher/target/scala-2.12"));
    // Takes the home from the next property, and gives executors this JVM's class path.
    System.setProperty("spark.testing", "true");
    System.setProperty("spark.test.home", home.toString());
  }

  @AfterEach
  void noSparkHome() {
    System.clearProperty("spark.testing");
    System.clearProperty("spark.test.home");
  }

  private static JavaSparkContext cluster(int executors) {
    return new JavaSparkContext(
        Sparks.conf("local-cluster[" + executors + ",1,1024]")
            .set("spark.executor.extraJavaOptions", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1")
            .set("spark.executorEnv.OMP_NUM_THREADS", "1")
            .set("spark.executorEnv.OMP_WAIT_POLICY", "passive"));
  }

  /** Mini-batches of which the fourth kills the JVM, once, on worker 2 in epoch 4. */
  private static Shard killer(Path marker) {
    String file = marker.toString();
    Shard all = Data.shard(12, 3);
    return (worker, workers, epoch) -> {
      List<DataSet> batches = new java.util.ArrayList<>();
      all.open(worker, workers, epoch).forEachRemaining(batches::add);
      boolean kill = worker == 1 && epoch == 3 && new File(file).createNewFile();
      return new ExistingDataSetIterator(batches) {
        private int given;

        @Override
        public DataSet next() {
          if (kill && ++given == 4 && !SparkEnv.get().executorId().equals("driver")) {
            Runtime.getRuntime().halt(137);
          }
          return super.next();
        }
      };
    };
  }

  @Test
  void executorThatIsKilled_changesNoDigit() throws IOException {
    MultiLayerNetwork net = Data.network(new Adam(0.01));
    CompressionPlan plan = CompressionPlan.of(net).layer("fc", Data.FORM).build();
    AdmmSettings settings = AdmmSettings.defaults().withEpochs(EPOCHS);
    Path marker = folder.resolve("killed");
    try (JavaSparkContext sc = cluster(2)) {
      SparkJob job = SparkJob.of(sc, folder.toString()).withWorkers(2).withCheckpointEvery(2);
      SparkAdmm<MultiLayerNetwork> undisturbed =
          SparkAdmm.of(job.inFolder("undisturbed"), net, plan, settings);
      undisturbed.fit(Data.shard(12, 3), EPOCHS);
      SparkAdmm<MultiLayerNetwork> killed =
          SparkAdmm.of(job.inFolder("killed-run"), net, plan, settings);
      killed.fit(killer(marker), EPOCHS);

      assertThat(marker).exists();
      assertThat(killed.network().params()).isEqualTo(undisturbed.network().params());
      assertThat(killed.history().toCsv()).isEqualTo(undisturbed.history().toCsv());
      assertThat(killed.network().score()).isEqualTo(undisturbed.network().score());
    }
  }

  @Test
  void executorWithoutNatives_isNamedBeforeAnythingElse() {
    MultiLayerNetwork net = Data.network(new Adam(0.01));
    String classPath = System.getProperty("java.class.path");
    String withoutNatives =
        Arrays.stream(classPath.split(File.pathSeparator))
            .filter(jar -> !jar.matches(".*nd4j-native-.*(linux|macosx|windows).*\\.jar"))
            .collect(Collectors.joining(File.pathSeparator));
    System.setProperty("java.class.path", withoutNatives);
    try (JavaSparkContext sc = cluster(1)) {
      SparkAdmm<MultiLayerNetwork> training =
          SparkAdmm.averaging(
              SparkJob.of(sc, folder.resolve("job").toString()).withWorkers(1), net);
      assertThatThrownBy(() -> training.fit(Data.shard(2, 3), 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("ND4J does not run on executor host")
          .hasMessageContaining("put the jar with that classifier into your application's jar");
    } finally {
      System.setProperty("java.class.path", classPath);
    }
  }
}
