package org.dl4jtt.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.dl4jtt.accelerate.NativeHelpers;
import org.dl4jtt.examples.trial.EpochBudget;
import org.dl4jtt.examples.trial.EpochTraining;
import org.dl4jtt.examples.trial.FinishedRuns;
import org.dl4jtt.examples.trial.Outcome;
import org.dl4jtt.examples.trial.OutcomeTable;
import org.dl4jtt.examples.trial.SmallResNet;
import org.dl4jtt.examples.trial.Task;
import org.dl4jtt.examples.trial.Trial;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.tool.cli.Program;
import org.dl4jtt.tool.data.ImageSet;
import org.nd4j.linalg.schedule.ISchedule;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A residual network on Fashion-MNIST at several ratios: trained on, decomposed directly, by ADMM
 * to tensor trains and to tensor rings (Yin et al. 2021, whose table for CIFAR-100 this mirrors).
 */
@Command(
    name = "Ratios",
    sortOptions = false,
    usageHelpWidth = 100,
    description =
        "A residual network of 16-32-64 channels on Fashion-MNIST: dense trained on, direct TT,"
            + " ADMM-TT and ADMM-TR at several ratios of weights, with the same further epochs for"
            + " each. Writes ratios.md.")
public final class Ratios extends Program {
  private static final int BATCH = 64;

  @Mixin private final IdxData data = new IdxData();
  @Mixin private final Results results = new Results("ratios");

  @Option(
      names = "--seeds",
      paramLabel = "S",
      split = ",",
      defaultValue = "1",
      description = "mean and spread over these seeds (default: ${DEFAULT-VALUE})")
  private List<Long> seeds = List.of();

  @Option(
      names = "--ratios",
      paramLabel = "R",
      split = ",",
      defaultValue = "2.3,6.8",
      description = "weights of the whole network, before / after (default: ${DEFAULT-VALUE})")
  private List<Double> ratios = List.of();

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "60000",
      description = "training images at most (default: all)")
  private int images;

  @Option(
      names = "--test-images",
      paramLabel = "N",
      defaultValue = "10000",
      description = "test images at most (default: all)")
  private int testImages;

  @Mixin private final FurtherTraining further = new FurtherTraining(8, 12);

  @Option(
      names = "--constrained",
      paramLabel = "SHARE",
      defaultValue = "0.75",
      description = "of the further epochs under the constraint (default: ${DEFAULT-VALUE})")
  private double constrained;

  @Option(
      names = "--restart",
      description =
          "fine-tune what ADMM made at a learning rate that starts again, from half the peak")
  private boolean restart;

  @Option(
      names = "--weight-decay",
      paramLabel = "L2",
      defaultValue = "0.002",
      description = "default: ${DEFAULT-VALUE}")
  private double weightDecay;

  private Ratios(PrintStream console) {
    super(console);
  }

  /** Runs the program; the exit status is 0, or 2 after an error. */
  public static void main(String[] args) {
    System.exit(run(System.out, System.err, args));
  }

  /** Runs the program and returns its exit status. */
  static int run(PrintStream out, PrintStream err, String... args) {
    return new Ratios(out).execute(err, args);
  }

  @Override
  public Integer call() throws IOException {
    ImageSet training = data.training().first(images);
    Task task = Task.of(training, data.test().first(testImages), BATCH);
    results.table(
        "ratios.md",
        console,
        () -> allSeeds(training.height(), training.width(), task, results.runs(settings())));
    return 0;
  }

  /** All that decides an outcome beside seed and ratio. */
  private String settings() {
    return String.format(
        Locale.ROOT,
        "images %d, test images %d, base epochs %d, epochs %d, constrained %s, learning rate %s,"
            + " restart %s, weight decay %s",
        images,
        testImages,
        further.baseEpochs(),
        further.epochs(),
        constrained,
        further.learningRate(),
        restart,
        weightDecay);
  }

  private String allSeeds(int height, int width, Task task, FinishedRuns finished) {
    List<Outcome> outcomes = new ArrayList<>();
    for (long seed : seeds) {
      outcomes.addAll(oneSeed(seed, height, width, task, finished));
    }
    return OutcomeTable.of("ratio", outcomes);
  }

  private List<Outcome> oneSeed(
      long seed, int height, int width, Task task, FinishedRuns finished) {
    EpochBudget budget = EpochBudget.of(further.epochs(), constrained);
    ISchedule rates =
        LearningRates.twoCosines(further.learningRate(), further.baseEpochs(), further.epochs());
    console.println("seed " + seed);
    ComputationGraph base =
        finished.network(
            "base seed " + seed,
            () -> {
              ComputationGraph network =
                  SmallResNet.create(height, width, ImageSet.CLASSES, rates, weightDecay, seed);
              NativeHelpers.enable(network);
              EpochTraining.run(
                  "base", network, task, seed, further.baseEpochs(), console::println);
              return network;
            });

    Trial trial = new Trial(base, task, rates, budget, seed, console::println);
    Trial admm = restart ? restarting(base, task, budget, seed) : trial;
    List<Supplier<Outcome>> runs = new ArrayList<>();
    String key = "seed " + seed + " ";
    runs.add(() -> finished.outcome(key + "dense", () -> trial.dense("1")));
    for (double ratio : ratios) {
      String group = String.valueOf(ratio);
      CompressionPlan trains = CompressionPlan.of(base).weights(1 / ratio).build();
      CompressionPlan rings =
          CompressionPlan.of(base).weights(1 / ratio).rings(true).trains(false).build();
      runs.add(
          () ->
              finished.outcome(
                  key + group + " direct TT", () -> trial.direct(group, "direct TT", trains)));
      runs.add(
          () ->
              finished.outcome(
                  key + group + " ADMM-TT", () -> admm.admm(group, "ADMM-TT", trains)));
      runs.add(
          () ->
              finished.outcome(key + group + " ADMM-TR", () -> admm.admm(group, "ADMM-TR", rings)));
    }
    return Lanes.run(runs);
  }

  private Trial restarting(ComputationGraph base, Task task, EpochBudget budget, long seed) {
    ISchedule rates =
        LearningRates.threeCosines(further.learningRate(), further.baseEpochs(), budget);
    return new Trial(base, task, rates, budget, seed, console::println);
  }
}
