package org.dl4jtt.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.storage.BlockUpdatedInfo;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.admm.Constrained;
import org.dl4jtt.constraint.ConstraintSet;
import org.dl4jtt.spark.EpochResult;
import org.dl4jtt.spark.Shard;
import org.dl4jtt.spark.SparkAdmm;
import org.dl4jtt.spark.SparkJob;
import org.dl4jtt.tensor.CoreChain;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorTrain;
import org.dl4jtt.tensor.Tensorization;
import org.dl4jtt.tool.cli.Program;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What Spark costs per epoch for 11.7 million weights (as many as ResNet-18's) with Adam: bytes as
 * Spark counts them, and seconds beyond those of the slowest worker. Each worker takes one step on
 * one example, and the projection is one that costs nothing.
 */
@Command(
    name = "SparkOverhead",
    sortOptions = false,
    usageHelpWidth = 100,
    description = "Bytes and seconds that Spark adds to an epoch of 11.7 million weights.")
public final class SparkOverhead extends Program {
  private static final int INPUTS = 2048;
  private static final int HIDDEN = 4096;
  private static final int OUTPUTS = 800;
  private static final int RANK = 64;
  private static final int EPOCHS = 4;

  @Option(names = "--workers", defaultValue = "2", description = "(default: ${DEFAULT-VALUE})")
  private int workers = 2;

  SparkOverhead(PrintStream console) {
    super(console);
  }

  /** Runs the program; the exit status is 0, or 2 after an error. */
  public static void main(String[] args) {
    System.exit(new SparkOverhead(System.out).execute(System.err, args));
  }

  @Override
  public Integer call() throws IOException {
    SparkConf conf =
        new SparkConf()
            .setMaster("local[" + workers + "]")
            .setAppName("SparkOverhead")
            .set("spark.ui.enabled", "false");
    try (JavaSparkContext sc = new JavaSparkContext(conf)) {
      Traffic traffic = new Traffic();
      sc.sc().addSparkListener(traffic);
      console.println(
          "Z sent    broadcast MB   shuffle MB   to the driver MB   seconds of overhead");
      measure(sc, traffic, false);
      measure(sc, traffic, true);
    }
    return 0;
  }

  private void measure(JavaSparkContext sc, Traffic traffic, boolean factors) throws IOException {
    Path folder = Files.createTempDirectory("spark-overhead");
    FileSystem.getLocal(sc.hadoopConfiguration())
        .deleteOnExit(new org.apache.hadoop.fs.Path(folder.toUri()));
    List<EpochResult> epochs = new ArrayList<>();
    List<long[]> bytes = new ArrayList<>();
    SparkJob job =
        SparkJob.of(sc, folder.toString())
            .withWorkers(workers)
            .withFactorsSent(factors)
            .withProgress(
                epoch -> {
                  epochs.add(epoch);
                  bytes.add(traffic.next());
                });
    Shard shard =
        (worker, n, epoch) ->
            new ExistingDataSetIterator(
                List.of(new DataSet(Nd4j.rand(1, INPUTS), Nd4j.rand(1, OUTPUTS))));
    SparkAdmm.of(
            job,
            network(),
            List.of(
                new Constrained("fc1", "W", new Given(HIDDEN, INPUTS)),
                new Constrained("out", "W", new Given(OUTPUTS, HIDDEN))),
            AdmmSettings.defaults().withRho(1).withEpochs(EPOCHS))
        .fit(shard, EPOCHS);
    // The last epoch: the first ones start Spark up, and their bytes are counted a little late.
    EpochResult last = epochs.get(EPOCHS - 1);
    long[] counted = bytes.get(EPOCHS - 1);
    console.printf(
        Locale.ROOT,
        "%-8s %13.1f %12.1f %18.1f %21.1f%n",
        factors ? "as cores" : "whole",
        counted[0] / 1e6,
        counted[1] / 1e6,
        counted[2] / 1e6,
        last.seconds() - last.workerSeconds());
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(1e-4))
                .list()
                .layer(new DenseLayer.Builder().name("fc1").nIn(INPUTS).nOut(HIDDEN).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .name("out")
                        .nIn(HIDDEN)
                        .nOut(OUTPUTS)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    net.init();
    return net;
  }

  /** Always the same matrix of rank {@value #RANK}, whatever is projected. */
  private static final class Given implements ConstraintSet {
    private final FactoredWeight member;

    Given(int outputs, int inputs) {
      CoreChain cores =
          new TensorTrain(
              List.of(
                  Nd4j.rand(DataType.FLOAT, 1, outputs, RANK).divi(outputs),
                  Nd4j.rand(DataType.FLOAT, RANK, inputs, 1).divi(inputs)));
      member =
          new FactoredWeight(
              Tensorization.matrix(Scheme.SEPARATED, List.of(outputs), List.of(inputs)), cores);
    }

    @Override
    public void project(INDArray weight, INDArray out) {
      out.assign(member.toParameter());
    }

    @Override
    public Optional<FactoredWeight> projectToCores(INDArray weight, INDArray out) {
      project(weight, out);
      return Optional.of(member);
    }
  }

  /** Counts what Spark moves. */
  private static final class Traffic extends SparkListener {
    private final Set<String> seen = ConcurrentHashMap.newKeySet(); // a block is told of twice
    private final LongAdder broadcast = new LongAdder();
    private final LongAdder shuffle = new LongAdder();
    private final LongAdder result = new LongAdder();

    @Override
    public void onBlockUpdated(SparkListenerBlockUpdated event) {
      BlockUpdatedInfo block = event.blockUpdatedInfo();
      String name = block.blockId().name();
      if (name.matches("broadcast_\\d+_piece\\d+") && seen.add(block.blockManagerId() + name)) {
        broadcast.add(block.memSize());
      }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd task) {
      shuffle.add(task.taskMetrics().shuffleWriteMetrics().bytesWritten());
      result.add(task.taskMetrics().resultSize());
    }

    /** Bytes since the last call: broadcast, shuffle, results. */
    long[] next() {
      return new long[] {broadcast.sumThenReset(), shuffle.sumThenReset(), result.sumThenReset()};
    }
  }
}
