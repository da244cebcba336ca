package org.dl4jtt.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.dl4jtt.examples.report.TensorNetTable;
import org.dl4jtt.layers.TTDense;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.surgery.ModelSurgery;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.dl4jtt.tool.cli.Program;
import org.dl4jtt.tool.data.ImageSet;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The 1024 → 1024 layer of Novikov et al. 2015 (§6.1) as a tensor train of several shapes and
 * ranks, against the dense layer: trained from random cores, and converted from the trained dense
 * layer by TT-SVD, then fine-tuned. Images of 28x28 are padded to 32x32 as in the paper.
 */
@Command(
    name = "TensorNetExperiment",
    sortOptions = false,
    usageHelpWidth = 100,
    description =
        "The 1024 x 1024 layer of Novikov et al. 2015 in tensor-train form against the dense one:"
            + " weights, accuracy from random cores and after conversion, time per epoch.")
public final class TensorNetExperiment extends Program {
  private static final int BATCH = 100;
  private static final int PADDING = 2;
  private static final String HIDDEN = "hidden";
  private static final List<List<Integer>> MODES =
      List.of(List.of(4, 8, 8, 4), List.of(4, 4, 4, 4, 4));

  @Mixin private final IdxData data = new IdxData();

  @Option(
      names = "--seeds",
      paramLabel = "S",
      split = ",",
      defaultValue = "1,2,3",
      description = "mean and spread over these seeds (default: ${DEFAULT-VALUE})")
  private List<Long> seeds = List.of();

  @Option(
      names = "--ranks",
      paramLabel = "R",
      split = ",",
      defaultValue = "1,2,4,8",
      description = "default: ${DEFAULT-VALUE}")
  private List<Integer> ranks = List.of();

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "10",
      description = "of every training, fine-tuning included (default: ${DEFAULT-VALUE})")
  private int epochs;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "10000",
      description = "training images (default: ${DEFAULT-VALUE})")
  private int images;

  private final Map<String, TensorNetTable.Row> rows = new LinkedHashMap<>();

  private TensorNetExperiment(PrintStream console) {
    super(console);
  }

  /** Runs the program; the exit status is 0, or 2 after an error. */
  public static void main(String[] args) {
    System.exit(run(System.out, System.err, args));
  }

  /** Runs the program and returns its exit status. */
  static int run(PrintStream out, PrintStream err, String... args) {
    return new TensorNetExperiment(out).execute(err, args);
  }

  @Override
  public Integer call() throws IOException {
    ImageSet training = data.training().first(images);
    ImageSet test = data.test();
    for (long seed : seeds) {
      console.println("seed " + seed);
      oneSeed(seed, training, test);
    }
    console.println(TensorNetTable.of(new ArrayList<>(rows.values())));
    return 0;
  }

  private void oneSeed(long seed, ImageSet training, ImageSet test) {
    MultiLayerNetwork dense = network(seed, new DenseLayer.Builder());
    double seconds = train(dense, training, seed, 0);
    row("dense").fromScratch(dense, HIDDEN, Measure.accuracy(dense, test), seconds);
    for (List<Integer> modes : MODES) {
      Tensorization tensorization = Tensorization.matrix(Scheme.PAIRED, modes, modes);
      for (int rank : ranks) {
        TensorForm form = TensorForm.train(tensorization, rank);
        String name = Tensorization.times(modes) + ", rank " + rank;
        console.println("  " + name);

        MultiLayerNetwork scratch = network(seed, new TTDense.Builder().form(form));
        double secondsTt = train(scratch, training, seed, 0);
        row(name).fromScratch(scratch, HIDDEN, Measure.accuracy(scratch, test), secondsTt);

        CompressionPlan plan = CompressionPlan.of(dense).layer(HIDDEN, form).build();
        MultiLayerNetwork converted = ModelSurgery.decompose(dense, plan);
        double before = Measure.accuracy(converted, test);
        train(converted, training, seed, epochs);
        row(name).converted(before, Measure.accuracy(converted, test));
      }
    }
  }

  private TensorNetTable.Row row(String name) {
    return rows.computeIfAbsent(name, TensorNetTable.Row::new);
  }

  private static MultiLayerNetwork network(long seed, FeedForwardLayer.Builder<?> hidden) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(new Adam(1e-3))
                .weightInit(WeightInit.RELU)
                .list()
                .layer(new ZeroPaddingLayer(PADDING, PADDING))
                .layer(hidden.name(HIDDEN).nOut(1024).activation(Activation.RELU).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(ImageSet.CLASSES)
                        .weightInit(WeightInit.XAVIER)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(28, 28, 1))
                .build());
    network.init();
    return network;
  }

  /** Trains for {@link #epochs} and returns the seconds of one epoch. */
  private double train(MultiLayerNetwork network, ImageSet training, long seed, int firstEpoch) {
    long start = System.nanoTime();
    for (int epoch = 0; epoch < epochs; epoch++) {
      network.fit(training.shuffled(BATCH, seed, firstEpoch + epoch));
    }
    return (System.nanoTime() - start) / 1e9 / epochs;
  }
}
