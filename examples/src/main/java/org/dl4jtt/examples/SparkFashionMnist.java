package org.dl4jtt.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.compress.Compression;
import org.dl4jtt.compress.Scores;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.spark.Shard;
import org.dl4jtt.spark.SparkAdmm;
import org.dl4jtt.spark.SparkCompressor;
import org.dl4jtt.spark.SparkJob;
import org.dl4jtt.tool.data.ImageSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Training and compression on Apache Spark, here in this JVM: a network is trained by parameter
 * averaging, then compressed by consensus ADMM.
 */
@Command(
    name = "SparkFashionMnist",
    sortOptions = false,
    usageHelpWidth = 100,
    description =
        "A network is trained on Spark by parameter averaging, then compressed to 1/16 of its weights"
            + " by consensus ADMM.")
public final class SparkFashionMnist extends Walk {
  private static final int BATCH = 50;
  private static final int BASE_EPOCHS = 5;
  private static final int CONSTRAINED_EPOCHS = 8;
  private static final int FINE_TUNING_EPOCHS = 2;

  @Option(
      names = "--master",
      defaultValue = "local[2]",
      description = "Spark's master (default: ${DEFAULT-VALUE})")
  private String master = "local[2]";

  SparkFashionMnist(PrintStream console) {
    super(console);
  }

  /** Runs the program; the exit status is 0, or 2 after an error. */
  public static void main(String[] args) {
    System.exit(new SparkFashionMnist(System.out).run(System.out, System.err, args));
  }

  @Override
  public Integer call() throws IOException {
    SparkConf conf =
        new SparkConf()
            .setMaster(master)
            .setAppName("SparkFashionMnist")
            .set("spark.ui.enabled", "false");
    Path states = Files.createTempDirectory("spark-fashion-mnist");
    try (JavaSparkContext sc = new JavaSparkContext(conf)) {
      FileSystem.getLocal(sc.hadoopConfiguration())
          .deleteOnExit(new org.apache.hadoop.fs.Path(states.toUri()));
      SparkJob job =
          SparkJob.of(sc, states.toString()).withProgress(epoch -> tell.show("%s", epoch));
      DataSetIterator test = test().batches(500);
      Shard shard = shard(folder().toAbsolutePath().toString(), images());
      MultiLayerNetwork net = train(job, shard, test);
      compress(job, net, shard, test);
    }
    return 0;
  }

  /** Every worker reads the images that are its own; what it captures is serializable. */
  private static Shard shard(String folder, int images) {
    return (worker, workers, epoch) ->
        ImageSet.training(Path.of(folder)).first(images).shuffled(BATCH, 1, epoch, worker, workers);
  }

  private MultiLayerNetwork train(SparkJob job, Shard shard, DataSetIterator test)
      throws IOException {
    tell.step("An ordinary network, trained by parameter averaging");
    MultiLayerNetwork net = OrdinaryNetwork.create(training());
    SparkAdmm<MultiLayerNetwork> training = SparkAdmm.averaging(job.inFolder("base"), net);
    training.fit(shard, BASE_EPOCHS);
    MultiLayerNetwork trained = training.network();
    tell.show(
        "%,d weights, accuracy %.3f",
        trained.numParams(), Scores.accuracy(test).applyAsDouble(trained));
    return trained;
  }

  private void compress(SparkJob job, MultiLayerNetwork net, Shard shard, DataSetIterator test)
      throws IOException {
    tell.step("Compressed by consensus ADMM");
    CompressionPlan plan = CompressionPlan.of(net).weights(1 / 16.0).build();
    Compression<MultiLayerNetwork> compression =
        SparkCompressor.of(job.inFolder("compression"), net, plan)
            .admmEpochs(CONSTRAINED_EPOCHS)
            .fineTuningEpochs(FINE_TUNING_EPOCHS)
            .run(shard, Scores.accuracy(test));
    compression.report().toString().lines().forEach(line -> tell.show("%s", line));
    Path zip = Files.createDirectories(out()).resolve("small.zip");
    ModelSerializer.writeModel(compression.network(), zip.toFile(), false);
    tell.show("saved as %s, %,d bytes", zip, Files.size(zip));
  }
}
