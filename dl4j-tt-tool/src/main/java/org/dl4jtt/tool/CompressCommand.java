package org.dl4jtt.tool;

import static org.dl4jtt.internal.Check.argument;
import static org.dl4jtt.internal.Check.present;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.compress.Compression;
import org.dl4jtt.compress.Compressor;
import org.dl4jtt.internal.files.WholeFile;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.tool.model.LoadedModel;
import org.dl4jtt.tool.model.LoadedModel.Kind;
import org.dl4jtt.tool.progress.Progress;
import org.dl4jtt.tool.report.HtmlReport;
import org.dl4jtt.tool.report.Summary;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** The whole compression of a model, with a report. */
@Command(
    name = "compress",
    sortOptions = false,
    customSynopsis = "tool compress MODEL --data PATH --target T --out DIR [OPTIONS]",
    description = "Trains a model small: ADMM, decomposition, fine-tuning, and a report.")
final class CompressCommand implements Callable<Integer> {
  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Tool tool;

  @Mixin private final ModelOptions model = new ModelOptions();

  @Option(
      names = "--target",
      paramLabel = "T",
      converter = TargetOption.Converter.class,
      description = "weights=1/4, flops=1/2.5 or time=1/2: after / before")
  private @Nullable TargetOption target;

  @Option(names = "--plan", paramLabel = "FILE", description = "in place of a target")
  private @Nullable Path planFile;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "for results and checkpoints; new or empty")
  private Path out = Path.of("");

  @Option(names = "--resume", description = "goes on with the run in DIR")
  private boolean resume;

  @Mixin private final DataArguments data = new DataArguments();

  @Option(
      names = "--test",
      paramLabel = "PATH",
      description = "test data (default: DATA/test, or else a tenth of it)")
  private @Nullable Path test;

  @Mixin private final TrainingArguments training = new TrainingArguments();
  @Mixin private final CommonOptions common = new CommonOptions();

  @Override
  public Integer call() throws IOException {
    argument(
        resume ? target == null && planFile == null : (target == null) != (planFile == null),
        resume
            ? "--resume goes on with the plan in the folder; give neither --target nor --plan"
            : "give --target or --plan, one of them");
    LoadedModel loaded = model.read();
    Losses.check(loaded);
    training.applyTo(loaded.model());
    TrainingData examples = TrainingData.of(loaded, data, test, training.seed());
    examples.train().readAll(); // a damaged file is found now, not after hours
    common.note(examples.notes());
    Compression<? extends Model> done;
    StopMessage stop = new StopMessage(common.err(), this::stopMessage);
    try {
      done = compress(loaded, examples);
    } finally {
      stop.withdraw();
    }
    Summary summary = Summaries.of(loaded, done, examples, out.resolve("small.zip"));
    WholeFile.write(out.resolve("report.html"), HtmlReport.of(summary));
    ReportFile.add(out.resolve("report.json"), summary);
    common.answer(summary, () -> Summaries.text(summary, out));
    return 0;
  }

  private String stopMessage() {
    if (!Files.isRegularFile(out.resolve("settings.json"))) {
      return "stopped before the run began; nothing is kept, give the same command again";
    }
    return "stopped; every epoch that ended is kept, go on with: tool " + resumingArguments();
  }

  /** Those of this run, but the plan, which is in the folder. */
  private String resumingArguments() {
    List<String> kept = new ArrayList<>();
    boolean skip = false;
    for (String argument : common.arguments()) {
      if (!skip && !argument.matches("--(target|plan)(=.*)?|--resume")) {
        kept.add(argument.contains(" ") ? "'" + argument + "'" : argument);
      }
      skip = argument.equals("--target") || argument.equals("--plan");
    }
    return String.join(" ", kept) + " --resume";
  }

  private Compression<? extends Model> compress(LoadedModel loaded, TrainingData examples)
      throws IOException {
    if (resume) {
      SameModel.check(loaded, out);
      return run(Compressor.resume(out), examples);
    }
    CompressionPlan plan = plan(loaded, examples);
    return loaded.model() instanceof MultiLayerNetwork network
        ? run(prepared(Compressor.of(network, plan), loaded, examples), examples)
        : run(
            prepared(Compressor.of((ComputationGraph) loaded.model(), plan), loaded, examples),
            examples);
  }

  private CompressionPlan plan(LoadedModel loaded, TrainingData examples) throws IOException {
    if (planFile != null) {
      return CompressionPlan.fromJson(Files.readString(planFile));
    }
    TargetOption asked = present(target, "give --target or --plan");
    return InspectCommand.plan(
        new LoadedModel(
            loaded.file(),
            loaded.kind(),
            loaded.model(),
            loaded.normalizer(),
            examples.train().input()),
        asked);
  }

  private <M extends Model> Compressor<M> prepared(
      Compressor<M> compressor, LoadedModel loaded, TrainingData examples) {
    training.applyTo(compressor, examples.iterationsPerEpoch()).folder(out);
    return loaded.kind() == Kind.DL4J_ZIP ? compressor.source(loaded.file()) : compressor;
  }

  private <M extends Model> Compression<M> run(Compressor<M> compressor, TrainingData examples)
      throws IOException {
    long all = (long) examples.trainingCount() * training.epochs();
    try (Progress progress = Progress.start(all, "examples", tool.progress(common.json()))) {
      ShowProgress shown = new ShowProgress(progress, examples, common);
      return compressor
          .listener(shown)
          .trainingListeners(shown)
          .run(examples.epochs(), examples::score);
    }
  }
}
