package org.dl4jtt.examples;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.examples.report.EpochRow;
import org.dl4jtt.examples.report.HistoryChart;
import org.dl4jtt.examples.report.OutputFolder;
import org.dl4jtt.examples.report.Report;
import org.dl4jtt.examples.report.RunResult;
import org.dl4jtt.examples.report.RunTable;
import org.dl4jtt.examples.report.SeedTable;
import org.dl4jtt.examples.report.SweepTable;
import org.dl4jtt.internal.files.WholeFile;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.NetworkCost;
import org.dl4jtt.surgery.ModelSurgery;
import org.dl4jtt.tool.cli.Program;
import org.dl4jtt.tool.cli.Ratio;
import org.dl4jtt.tool.data.ImageSet;
import org.dl4jtt.tool.progress.Progress;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * An ordinary DL4J network in, a small DL4J zip out, on real images: trains a convolutional network
 * on Fashion-MNIST, compresses it to a given share of its weights in three ways, and shows what
 * each costs in accuracy.
 */
@Command(
    name = "CompressFashionMnist",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Trains an ordinary DL4J convolutional network on Fashion-MNIST, compresses it to tensor-train"
          + " layers, and compares (a) the dense network trained on, (b) direct TT-SVD with"
          + " fine-tuning, (c) ADMM with fine-tuning, (d) TT layers from random cores: all with the"
          + " same number of further epochs.",
      "Writes small.zip, dense.zip, report.json and history.png."
    })
public final class CompressFashionMnist extends Program {
  private static final List<Integer> SWEEP = List.of(8, 12, 16, 20, 24, 32, 40);
  private static final double SWEEP_STOP = 0.02;

  @Mixin private final IdxData data = new IdxData();
  @Mixin private final Results out = new Results("fashion-mnist");

  @Option(
      names = "--ratio",
      paramLabel = "R",
      defaultValue = "1/8",
      converter = Ratio.class,
      description =
          "weights of the whole network, after / before, as 0.125 or 1/8 (default:"
              + " ${DEFAULT-VALUE})")
  private double ratio;

  @Mixin private final FurtherTraining further = new FurtherTraining(5, 10);

  @Option(
      names = "--rho",
      paramLabel = "RHO",
      description = "penalty of the constraint (default: fitted to learning rate and epochs)")
  private @Nullable Double rho;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "the same seed gives the same networks (default: ${DEFAULT-VALUE})")
  private long seed;

  @Option(
      names = "--seeds",
      paramLabel = "S",
      split = ",",
      description = "several seeds, as 1,2,3: one folder each, and a table of means")
  private List<Long> seeds = List.of();

  @Option(
      names = "--sweep",
      description =
          "smaller and smaller, until direct TT ends 2 points under dense: where is ADMM there?")
  private boolean sweep;

  private CompressFashionMnist(PrintStream console) {
    super(console);
  }

  /** Runs the program; the exit status is 0, or 2 after an error. */
  public static void main(String[] args) {
    System.setProperty("java.awt.headless", "true");
    System.exit(run(System.out, System.err, args));
  }

  /** Runs the program and returns its exit status. */
  static int run(PrintStream out, PrintStream err, String... args) {
    return new CompressFashionMnist(out).execute(err, args);
  }

  @Override
  public Integer call() throws IOException {
    ImageSet training = data.training();
    ImageSet test = data.test();
    try (OutputFolder output = out.open()) {
      results(training, test, output);
      output.publish();
    }
    console.println("results in " + out.folder());
    return 0;
  }

  private void results(ImageSet training, ImageSet test, OutputFolder output) throws IOException {
    try {
      if (sweep) {
        sweep(training, test, output);
      } else if (seeds.size() > 1) {
        severalSeeds(training, test, output);
      } else {
        compare(seeds.isEmpty() ? seed : seeds.get(0), training, test, output, "");
      }
    } catch (IOException e) { // a full disk names no file
      throw new IOException("writing to " + out.folder() + ": " + e.getMessage(), e);
    }
  }

  private Settings settings(long withSeed) {
    return new Settings(
        withSeed, further.baseEpochs(), further.epochs(), further.learningRate(), rho);
  }

  private void severalSeeds(ImageSet training, ImageSet test, OutputFolder output)
      throws IOException {
    List<Report> reports = new ArrayList<>();
    for (long each : seeds) {
      console.println("seed " + each);
      reports.add(compare(each, training, test, output, "seed" + each + "-"));
    }
    String table = SeedTable.of(reports);
    WholeFile.write(output.file("seeds.md"), table);
    console.println(table);
  }

  /** The main job: four runs, their table, the models, the report and the picture. */
  private Report compare(
      long withSeed, ImageSet training, ImageSet test, OutputFolder output, String prefix)
      throws IOException {
    Settings settings = settings(withSeed);
    checkReachable(training, ratio);
    Experiment experiment;
    List<Run> runs;
    long images = (long) training.count() * (settings.baseEpochs() + 4L * settings.furtherEpochs());
    try (Progress progress = Progress.start(images, console)) {
      experiment = new Experiment(settings, training, test, progress);
      runs = experiment.sideBySide(CompressionPlan.of(experiment.base()).weights(ratio).build());
    }
    Run admm = Run.named("admmTT", runs);
    Map<String, RunResult> results = new LinkedHashMap<>();
    List<EpochRow> history = new ArrayList<>(experiment.baseHistory());
    for (Run run : runs) {
      results.put(run.name(), measured(run, test));
      history.addAll(run.history());
    }
    Report report =
        new Report(
            withSeed,
            new Report.Images(training.count(), test.count()),
            new Report.Target(ratio),
            new Report.Epochs(
                settings.baseEpochs(),
                settings.furtherEpochs(),
                settings.budget().constrained(),
                settings.budget().fineTuning()),
            results,
            Layers.of(experiment.base(), requireNonNull(admm.plan())),
            history);
    console.println(RunTable.of(results));
    save(report, admm.network(), test, output, prefix);
    return report;
  }

  /** Whether a ratio can be met depends on shapes alone: said before any training. */
  private static void checkReachable(ImageSet images, double ratio) {
    MultiLayerNetwork untrained =
        FashionNetwork.create(
            images.height(), images.width(), LearningRates.twoCosines(1, 1, 1), 1);
    CompressionPlan.of(untrained).weights(ratio).build();
  }

  private static RunResult measured(Run run, ImageSet test) throws IOException {
    return new RunResult(
        run.accuracyBefore(),
        run.accuracy(),
        run.network().numParams(),
        NetworkCost.of(run.network(), input(test)).flops(),
        Measure.zipBytes(run.network()),
        Measure.millisPerExample(run.network(), test));
  }

  private static InputType input(ImageSet images) {
    return InputType.convolutional(images.height(), images.width(), 1);
  }

  private void save(
      Report report, MultiLayerNetwork small, ImageSet test, OutputFolder output, String prefix)
      throws IOException {
    Path smallZip = output.file(prefix + "small.zip");
    Path denseZip = output.file(prefix + "dense.zip");
    WholeFile.write(smallZip, out -> ModelSerializer.writeModel(small, out, false));
    MultiLayerNetwork dense = ModelSurgery.toDense(small);
    WholeFile.write(denseZip, out -> ModelSerializer.writeModel(dense, out, false));
    console.println(Proof.of(small, smallZip, denseZip, test));
    WholeFile.write(output.file(prefix + "report.json"), report.toJson());
    HistoryChart.write(report, output.file(prefix + "history.png"));
  }

  /** Smaller and smaller, until direct TT ends 2 points under the dense network. */
  private void sweep(ImageSet training, ImageSet test, OutputFolder output) throws IOException {
    Settings settings = settings(seed);
    List<SweepTable.Row> rows = new ArrayList<>();
    Run dense;
    MultiLayerNetwork base;
    long images =
        (long) training.count()
            * (settings.baseEpochs() + (1L + 2L * SWEEP.size()) * settings.furtherEpochs());
    try (Progress progress = Progress.start(images, console)) {
      Experiment experiment = new Experiment(settings, training, test, progress);
      base = experiment.base();
      dense = experiment.dense();
      for (int factor : SWEEP) {
        CompressionPlan plan;
        try {
          plan = CompressionPlan.of(base).weights(1.0 / factor).build();
        } catch (IllegalArgumentException outOfReach) {
          console.println(outOfReach.getMessage());
          break;
        }
        List<Run> runs =
            Lanes.run(List.of(() -> experiment.directTT(plan), () -> experiment.admmTT(plan)));
        Run direct = runs.get(0);
        Run admm = runs.get(1);
        rows.add(
            new SweepTable.Row(
                1.0 / factor,
                admm.network().numParams(),
                direct.accuracyBefore(),
                direct.accuracy(),
                admm.accuracyBefore(),
                admm.accuracy()));
        if (direct.accuracy() <= dense.accuracy() - SWEEP_STOP) {
          break;
        }
      }
    }
    String table = SweepTable.of(dense.accuracy(), base.numParams(), rows);
    WholeFile.write(output.file("sweep.md"), table);
    console.println(table);
  }
}
