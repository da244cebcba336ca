package org.dl4jtt.examples;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.accelerate.NativeHelpers;
import org.dl4jtt.calibrate.Calibration;
import org.dl4jtt.examples.data.CifarImages;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.surgery.BatchNormStatistics;
import org.dl4jtt.surgery.ModelFiles;
import org.dl4jtt.surgery.ModelSurgery;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tool.cli.Program;
import org.dl4jtt.tool.data.ImageSet;
import org.dl4jtt.tool.progress.Progress;
import org.jspecify.annotations.Nullable;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What is left of a trained network after conversion alone, no training: by plain TT-SVD, with its
 * batch norms measured anew, and calibrated on a few hundred unlabelled examples.
 */
@Command(
    name = "Conversion",
    sortOptions = false,
    usageHelpWidth = 100,
    description =
        "Converts a trained model, such as ResNet20 leaves in runs/base-*.zip, at several ratios and"
            + " without any training. Writes conversion.md.")
public final class Conversion extends Program {
  private static final int AT_ONCE = 250;

  @Option(
      names = "--model",
      paramLabel = "ZIP",
      description =
          "the trained model (default: the network of CompressFashionMnist, trained first)")
  private @Nullable Path model;

  @Option(
      names = "--base-epochs",
      paramLabel = "N",
      defaultValue = "5",
      description = "epochs of that network (default: ${DEFAULT-VALUE})")
  private int baseEpochs;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "of that network (default: ${DEFAULT-VALUE})")
  private long seed;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "CIFAR-10 as images: train/CLASS/*, test/CLASS/* (default: the idx files of --data)")
  private @Nullable Path images;

  @Mixin private final IdxData data = new IdxData();
  @Mixin private final Results results = new Results("conversion");

  @Option(
      names = "--ratios",
      paramLabel = "R",
      split = ",",
      defaultValue = "2.3,4.5",
      description = "weights of the whole network, before / after (default: ${DEFAULT-VALUE})")
  private List<Double> ratios = List.of();

  @Option(
      names = "--examples",
      paramLabel = "N",
      defaultValue = "500",
      description = "training examples to calibrate on (default: ${DEFAULT-VALUE})")
  private int examples;

  @Option(
      names = "--scheme",
      paramLabel = "S",
      defaultValue = "SEPARATED",
      description =
          "SEPARATED, for which the norm of the data is taken whole, or PAIRED (default:"
              + " ${DEFAULT-VALUE})")
  private Scheme scheme = Scheme.SEPARATED;

  @Option(
      names = "--test-images",
      paramLabel = "N",
      defaultValue = "10000",
      description = "of CIFAR-10, as many of each class (default: ${DEFAULT-VALUE})")
  private int testImages;

  private Conversion(PrintStream console) {
    super(console);
  }

  /** Runs the program; the exit status is 0, or 2 after an error. */
  public static void main(String[] args) {
    System.setProperty("java.awt.headless", "true");
    System.exit(run(System.out, System.err, args));
  }

  /** Runs the program and returns its exit status. */
  static int run(PrintStream out, PrintStream err, String... args) {
    return new Conversion(out).execute(err, args);
  }

  @Override
  public Integer call() throws IOException {
    argument(!ratios.isEmpty(), "--ratios is empty; give at least one, such as 2.3");
    Model network = model == null ? trained() : ModelFiles.read(model);
    Supplier<DataSetIterator> training = training();
    Supplier<DataSetIterator> test = test();
    results.table(
        "conversion.md",
        console,
        () -> {
          List<String> lines = new ArrayList<>();
          double dense = accuracy(network, test.get());
          long start = System.nanoTime();
          Calibration calibration = Calibration.of(network).examples(examples).run(training.get());
          console.printf(
              Locale.ROOT,
              "%d examples looked at in %.1f s%n",
              calibration.examples(),
              seconds(start));
          lines.add("| weights, before / after | dense | plain | + batch norm | calibrated | s |");
          lines.add("|---|---|---|---|---|---|");
          for (double ratio : ratios) {
            lines.add(row(network, calibration, ratio, dense, training, test));
          }
          return String.join(System.lineSeparator(), lines) + System.lineSeparator();
        });
    return 0;
  }

  /** The base of the main job. */
  private Model trained() throws IOException {
    Settings settings = new Settings(seed, baseEpochs, 10, 0.04, null);
    ImageSet set = data.training();
    try (Progress progress = Progress.start((long) set.count() * baseEpochs, console)) {
      return new Experiment(settings, set, data.test(), progress).base();
    }
  }

  private String row(
      Model network,
      Calibration calibration,
      double ratio,
      double dense,
      Supplier<DataSetIterator> training,
      Supplier<DataSetIterator> test) {
    CompressionPlan plan =
        CompressionPlan.of(network)
            .schemes(scheme)
            .weights(1 / ratio)
            .calibration(calibration)
            .build();
    Model plain = decomposed(network, plan, null);
    double direct = accuracy(plain, test.get());
    reestimate(plain, training.get());
    double normed = accuracy(plain, test.get());
    long start = System.nanoTime();
    Model small = decomposed(network, plan, calibration);
    double took = seconds(start);
    return String.format(
        Locale.ROOT,
        "| %.2f | %.2f %% | %.2f %% | %.2f %% | %.2f %% | %.1f |",
        network.numParams() / (double) small.numParams(),
        100 * dense,
        100 * direct,
        100 * normed,
        100 * accuracy(small, test.get()),
        took);
  }

  private static Model decomposed(
      Model network, CompressionPlan plan, @Nullable Calibration calibration) {
    if (network instanceof ComputationGraph graph) {
      return calibration == null
          ? ModelSurgery.decompose(graph, plan)
          : ModelSurgery.decompose(graph, plan, calibration);
    }
    MultiLayerNetwork layers = (MultiLayerNetwork) network;
    return calibration == null
        ? ModelSurgery.decompose(layers, plan)
        : ModelSurgery.decompose(layers, plan, calibration);
  }

  private static void reestimate(Model network, DataSetIterator data) {
    if (network instanceof ComputationGraph graph) {
      BatchNormStatistics.reestimate(graph, data);
    } else {
      BatchNormStatistics.reestimate((MultiLayerNetwork) network, data);
    }
  }

  private static double accuracy(Model network, DataSetIterator data) {
    if (network instanceof ComputationGraph graph) {
      ComputationGraph copy = ModelSurgery.copy(graph);
      NativeHelpers.enable(copy);
      return copy.<Evaluation>evaluate(data).accuracy();
    }
    MultiLayerNetwork copy = ModelSurgery.copy((MultiLayerNetwork) network);
    NativeHelpers.enable(copy);
    return copy.<Evaluation>evaluate(data).accuracy();
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private Supplier<DataSetIterator> training() throws IOException {
    if (images != null) {
      CifarImages set = CifarImages.read(images.resolve("train"), examples);
      return () -> set.batches(AT_ONCE);
    }
    ImageSet set = data.training();
    return () -> set.shuffled(AT_ONCE, 1, 0);
  }

  private Supplier<DataSetIterator> test() throws IOException {
    if (images != null) {
      CifarImages set = CifarImages.read(images.resolve("test"), testImages);
      return () -> set.batches(AT_ONCE);
    }
    ImageSet set = data.test();
    return () -> set.batches(AT_ONCE);
  }
}
