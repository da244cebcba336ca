package org.dl4jtt.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.dl4jtt.examples.data.HandMovements;
import org.dl4jtt.examples.data.SequenceSet;
import org.dl4jtt.examples.data.SpokenDigits;
import org.dl4jtt.examples.trial.EpochBudget;
import org.dl4jtt.examples.trial.EpochTraining;
import org.dl4jtt.examples.trial.FinishedRuns;
import org.dl4jtt.examples.trial.Outcome;
import org.dl4jtt.examples.trial.OutcomeTable;
import org.dl4jtt.examples.trial.SequenceClassifier;
import org.dl4jtt.examples.trial.Task;
import org.dl4jtt.examples.trial.Trial;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.tool.cli.Program;
import org.dl4jtt.tool.cli.Ratio;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.schedule.ISchedule;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * An LSTM with wide steps, as in the video experiments of Yin et al. 2021: trained on, its
 * input-to-hidden matrix decomposed directly, by ADMM to a tensor train and to a tensor ring.
 */
@Command(
    name = "Recurrent",
    sortOptions = false,
    usageHelpWidth = 100,
    description =
        "An LSTM on spoken digits or hand movements: dense trained on, direct TT-LSTM, ADMM"
            + " TT-LSTM, ADMM TR-LSTM, with the same further epochs for each. Writes recurrent.md.")
public final class Recurrent extends Program {
  private static final double CONSTRAINED = 0.75;

  /** How a data set is trained on; there are 2,700 digits, and 240 hand movements. */
  private record Schedule(int batch, int baseEpochs, int epochs, double learningRate) {
    static final Schedule DIGITS = new Schedule(32, 15, 20, 0.002);
    static final Schedule HANDS = new Schedule(16, 40, 40, 0.003);
  }

  @Option(
      names = "--digits",
      paramLabel = "DIR",
      description = "folder of the Free Spoken Digit Dataset's recordings, digit_speaker_take.wav")
  private @Nullable Path digits;

  @Option(
      names = "--hands",
      paramLabel = "FILE",
      description = "movement_libras.data of the UCI repository")
  private @Nullable Path hands;

  @Mixin private final Results results = new Results("recurrent");

  @Option(
      names = "--seeds",
      paramLabel = "S",
      split = ",",
      defaultValue = "1,2,3",
      description = "mean and spread over these seeds (default: ${DEFAULT-VALUE})")
  private List<Long> seeds = List.of();

  @Option(
      names = "--ratio",
      paramLabel = "R",
      defaultValue = "1/8",
      converter = Ratio.class,
      description = "weights of the whole network, after / before (default: ${DEFAULT-VALUE})")
  private double ratio;

  @Option(
      names = "--base-epochs",
      paramLabel = "N",
      description =
          "epochs of the dense network before that (default: 15 for digits, 40 for hands)")
  private @Nullable Integer baseEpochs;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "further epochs of each run (default: 20 for digits, 40 for hands)")
  private @Nullable Integer epochs;

  @Option(
      names = "--learning-rate",
      paramLabel = "LR",
      description = "peak of the learning rate (default: 0.002 for digits, 0.003 for hands)")
  private @Nullable Double learningRate;

  private Recurrent(PrintStream console) {
    super(console);
  }

  /** Runs the program; the exit status is 0, or 2 after an error. */
  public static void main(String[] args) {
    System.exit(run(System.out, System.err, args));
  }

  /** Runs the program and returns its exit status. */
  static int run(PrintStream out, PrintStream err, String... args) {
    return new Recurrent(out).execute(err, args);
  }

  @Override
  public Integer call() throws IOException {
    if (digits == null && hands == null) {
      throw new IllegalArgumentException(
          "no data: give --digits DIR (https://github.com/Jakobovski/free-spoken-digit-dataset),"
              + " --hands FILE (https://archive.ics.uci.edu/dataset/181/libras+movement), or both");
    }
    results.table("recurrent.md", console, this::allData);
    return 0;
  }

  private String allData() throws IOException {
    Schedule forDigits = chosen(Schedule.DIGITS);
    Schedule forHands = chosen(Schedule.HANDS);
    FinishedRuns finished = results.runs("digits " + forDigits + ", hands " + forHands);
    List<Outcome> outcomes = new ArrayList<>();
    if (digits != null) {
      SpokenDigits data = SpokenDigits.read(digits);
      outcomes.addAll(allSeeds("spoken digits", data.training(), data.test(), forDigits, finished));
    }
    if (hands != null) {
      HandMovements data = HandMovements.read(hands);
      outcomes.addAll(allSeeds("hand movements", data.training(), data.test(), forHands, finished));
    }
    return OutcomeTable.of("data", outcomes);
  }

  /** The usual schedule with what the command line says. */
  private Schedule chosen(Schedule usual) {
    return new Schedule(
        usual.batch,
        baseEpochs != null ? baseEpochs : usual.baseEpochs,
        epochs != null ? epochs : usual.epochs,
        learningRate != null ? learningRate : usual.learningRate);
  }

  private List<Outcome> allSeeds(
      String name,
      SequenceSet training,
      SequenceSet test,
      Schedule schedule,
      FinishedRuns finished) {
    Task task = Task.of(training, test, schedule.batch);
    List<Outcome> outcomes = new ArrayList<>();
    for (long seed : seeds) {
      console.println(name + ", seed " + seed);
      outcomes.addAll(oneSeed(name, seed, training, task, schedule, finished));
    }
    return outcomes;
  }

  private List<Outcome> oneSeed(
      String name,
      long seed,
      SequenceSet data,
      Task task,
      Schedule schedule,
      FinishedRuns finished) {
    ISchedule rates =
        LearningRates.twoCosines(schedule.learningRate, schedule.baseEpochs, schedule.epochs);
    String key = name + " seed " + seed + " ";
    ComputationGraph base =
        finished.network(
            key + "base",
            () -> {
              ComputationGraph network =
                  SequenceClassifier.create(data.size(), data.classes(), rates, seed);
              EpochTraining.run("base", network, task, seed, schedule.baseEpochs, console::println);
              return network;
            });

    EpochBudget budget = EpochBudget.of(schedule.epochs, CONSTRAINED);
    Trial trial = new Trial(base, task, rates, budget, seed, console::println);
    CompressionPlan train = CompressionPlan.of(base).weights(ratio).build();
    CompressionPlan ring =
        CompressionPlan.of(base).weights(ratio).trains(false).rings(true).build();
    String small = key + "ratio " + ratio + " ";
    return Lanes.run(
        List.of(
            () -> finished.outcome(key + "dense", () -> trial.dense(name)),
            () ->
                finished.outcome(
                    small + "direct TT", () -> trial.direct(name, "direct TT-LSTM", train)),
            () ->
                finished.outcome(small + "ADMM TT", () -> trial.admm(name, "ADMM TT-LSTM", train)),
            () ->
                finished.outcome(small + "ADMM TR", () -> trial.admm(name, "ADMM TR-LSTM", ring))));
  }
}
