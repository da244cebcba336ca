package org.dl4jtt.examples;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.dl4jtt.accelerate.NativeHelpers;
import org.dl4jtt.examples.data.CifarImages;
import org.dl4jtt.examples.report.BudgetChart;
import org.dl4jtt.examples.report.OutputFolder;
import org.dl4jtt.examples.trial.CifarResNet;
import org.dl4jtt.examples.trial.EpochBudget;
import org.dl4jtt.examples.trial.EpochTraining;
import org.dl4jtt.examples.trial.FinishedRuns;
import org.dl4jtt.examples.trial.Outcome;
import org.dl4jtt.examples.trial.OutcomeTable;
import org.dl4jtt.examples.trial.Task;
import org.dl4jtt.examples.trial.Trial;
import org.dl4jtt.internal.files.WholeFile;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.tool.cli.Program;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.schedule.ISchedule;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * ResNet-20 with weights that were trained on CIFAR-10: fine-tuned on the images at hand, then
 * dense trained on, direct TT and ADMM-TT, for several budgets of further epochs (Yin et al. 2021).
 */
@Command(
    name = "ResNet20",
    sortOptions = false,
    usageHelpWidth = 100,
    description =
        "ResNet-20 with trained weights on CIFAR-10 images: dense trained on, direct TT and ADMM-TT"
            + " for several budgets of further epochs. Writes resnet20.md and resnet20.png.")
public final class ResNet20 extends Program {
  private static final int BATCH = 64;
  private static final double WEIGHT_DECAY = 1e-4;
  private static final String ADMM = "ADMM-TT";

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "npz of https://github.com/akamaster/pytorch_resnet_cifar10's weights")
  private @Nullable Path weights;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "CIFAR-10 as images: train/CLASS/*, test/CLASS/*")
  private @Nullable Path data;

  @Mixin private final Results results = new Results("resnet20");

  @Option(
      names = "--ratio",
      paramLabel = "R",
      defaultValue = "2.3",
      description = "weights of the whole network, before / after (default: ${DEFAULT-VALUE})")
  private double ratio;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "5000",
      description = "training images, as many of each class (default: ${DEFAULT-VALUE})")
  private int images;

  @Option(
      names = "--test-images",
      paramLabel = "N",
      defaultValue = "10000",
      description = "test images, as many of each class (default: ${DEFAULT-VALUE})")
  private int testImages;

  @Option(
      names = "--base-epochs",
      paramLabel = "N",
      defaultValue = "3",
      description = "epochs of the dense network on these images first (default: ${DEFAULT-VALUE})")
  private int baseEpochs;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      split = ",",
      defaultValue = "4,8,16",
      description = "budgets of further epochs, each a comparison (default: ${DEFAULT-VALUE})")
  private List<Integer> epochs = List.of();

  @Option(
      names = "--constrained",
      paramLabel = "SHARE",
      defaultValue = "0.4",
      description = "of the further epochs under the constraint (default: ${DEFAULT-VALUE})")
  private double constrained;

  @Option(
      names = "--learning-rate",
      paramLabel = "LR",
      defaultValue = "0.01",
      description = "peak of the learning rate (default: ${DEFAULT-VALUE})")
  private double learningRate;

  @Option(
      names = "--fine-tuning-rate",
      paramLabel = "LR",
      defaultValue = "0.02",
      description =
          "where the calibrated network's fine-tuning starts, as for a dense one (default:"
              + " ${DEFAULT-VALUE})")
  private double fineTuningRate;

  @Option(
      names = "--runs",
      paramLabel = "RUN",
      split = ",",
      defaultValue = "dense,direct,admm,calibrated",
      description = "which of the ways (default: ${DEFAULT-VALUE})")
  private List<String> ways = List.of();

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "of shuffling and augmentation (default: ${DEFAULT-VALUE})")
  private long seed;

  private ResNet20(PrintStream console) {
    super(console);
  }

  /** Runs the program; the exit status is 0, or 2 after an error. */
  public static void main(String[] args) {
    System.setProperty("java.awt.headless", "true");
    System.exit(run(System.out, System.err, args));
  }

  /** Runs the program and returns its exit status. */
  static int run(PrintStream out, PrintStream err, String... args) {
    return new ResNet20(out).execute(err, args);
  }

  @Override
  public Integer call() throws IOException {
    Path npz = weights;
    Path folder = data;
    if (npz == null || folder == null) {
      throw new IllegalArgumentException(
          "give --weights FILE (https://github.com/akamaster/pytorch_resnet_cifar10, resnet20, as"
              + " npz) and --data DIR (CIFAR-10 as images)");
    }
    try (OutputFolder output = results.open()) {
      Map<Integer, List<Outcome>> outcomes = compare(npz, folder);
      String table =
          OutcomeTable.of(
              "further epochs (ADMM: constrained + fine-tuning)",
              outcomes.values().stream().flatMap(List::stream).toList());
      WholeFile.write(output.file("resnet20.md"), table);
      outcomes.remove(0);
      BudgetChart.write(outcomes, ADMM, output.file("resnet20.png"));
      output.publish();
      console.println(table);
    }
    return 0;
  }

  /** All that decides an outcome beside seed, ratio and epochs. */
  private String settings() {
    return String.format(
        Locale.ROOT,
        "images %d, test images %d, batch %d, base epochs %d, constrained %s, learning rate %s",
        images,
        testImages,
        BATCH,
        baseEpochs,
        constrained,
        learningRate);
  }

  /** By the number of further epochs; 0 is the network as it was imported. */
  private Map<Integer, List<Outcome>> compare(Path npz, Path folder) throws IOException {
    argument(
        !ways.isEmpty()
            && Set.of("dense", "direct", "admm", "calibrated").containsAll(ways)
            && Set.copyOf(ways).size() == ways.size(),
        "--runs %s; the ways are dense, direct, admm and calibrated, each once",
        ways);
    Task task =
        Task.of(
            CifarImages.read(folder.resolve("train"), images),
            CifarImages.read(folder.resolve("test"), testImages),
            BATCH);
    FinishedRuns finished = results.runs(settings());
    ComputationGraph trained =
        CifarResNet.read(npz)
            .create(LearningRates.twoCosines(learningRate, baseEpochs, 1), WEIGHT_DECAY, seed);
    NativeHelpers.enable(trained);
    Outcome imported =
        finished.outcome("imported", () -> Outcome.of("0", "imported", trained, task));
    ComputationGraph base =
        finished.network(
            "base seed " + seed,
            () -> {
              EpochTraining.run("base", trained, task, seed, baseEpochs, console::println);
              return trained;
            });

    List<Supplier<Outcome>> runs = new ArrayList<>();
    CompressionPlan plan = CompressionPlan.of(base).weights(1 / ratio).build();
    for (int further : epochs) {
      ISchedule rates = LearningRates.twoCosines(learningRate, baseEpochs, further);
      EpochBudget budget = EpochBudget.of(further, constrained);
      ISchedule admmRates = LearningRates.threeCosines(learningRate, baseEpochs, budget);
      Trial trial = new Trial(base, task, rates, budget, seed, console::println);
      Trial admm = new Trial(base, task, admmRates, budget, seed, console::println);
      String group = further + " (" + budget.constrained() + " + " + budget.fineTuning() + ")";
      String key = "seed " + seed + " epochs " + further + " ";
      String small = key + "ratio " + ratio + " ";
      if (ways.contains("dense")) {
        runs.add(() -> finished.outcome(key + "dense", () -> trial.dense(group)));
      }
      if (ways.contains("direct")) {
        runs.add(
            () ->
                finished.outcome(
                    small + "direct TT", () -> trial.direct(group, "direct TT", plan)));
      }
      if (ways.contains("admm")) {
        runs.add(() -> finished.outcome(small + ADMM, () -> admm.admm(group, ADMM, plan)));
      }
      if (ways.contains("calibrated")) {
        runs.add(
            () ->
                finished.outcome(
                    small + "calibrated rate " + fineTuningRate,
                    () -> trial.calibrated(group, "calibrated TT", 1 / ratio, fineTuningRate)));
      }
    }
    Map<Integer, List<Outcome>> outcomes = new TreeMap<>();
    outcomes.put(0, List.of(imported));
    Iterator<Outcome> ended = Lanes.run(runs).iterator();
    for (int further : epochs) {
      outcomes.put(further, Stream.generate(ended::next).limit(ways.size()).toList());
    }
    return outcomes;
  }
}
