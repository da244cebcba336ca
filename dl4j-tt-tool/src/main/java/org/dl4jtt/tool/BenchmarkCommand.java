package org.dl4jtt.tool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.dl4jtt.tool.model.LoadedModel;
import org.dl4jtt.tool.model.ModelReader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How fast a model is, or two side by side. */
@Command(
    name = "benchmark",
    sortOptions = false,
    description = "Times predictions of a model, or of two in turn: medians, same process.")
final class BenchmarkCommand implements Callable<Integer> {
  private record Answer(String model, List<Latency> latencies) {}

  @Mixin private final ModelOptions model = new ModelOptions();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "OTHER",
      description = "a second model to compare with")
  private @Nullable Path other;

  @Option(
      names = "--batch",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,64",
      description = "examples at a time (default: ${DEFAULT-VALUE})")
  private List<Integer> batches = List.of();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "20",
      description = "of sequences (default: ${DEFAULT-VALUE})")
  private int steps;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "4",
      description = "for each size of batch (default: ${DEFAULT-VALUE})")
  private double seconds;

  @Mixin private final CommonOptions common = new CommonOptions();

  @Override
  public Integer call() throws IOException {
    List<LoadedModel> models = new ArrayList<>();
    models.add(model.read());
    if (other != null) {
      models.add(model.sized(ModelReader.read(other)));
    }
    List<Answer> answers =
        models.stream().map(m -> new Answer(m.file().toString(), new ArrayList<>())).toList();
    for (int batch : batches) {
      List<Latency> latencies = Latency.of(models, batch, steps, seconds);
      for (int i = 0; i < models.size(); i++) {
        answers.get(i).latencies().add(latencies.get(i));
      }
    }
    common.answer(answers, () -> text(answers));
    return 0;
  }

  private static String text(List<Answer> answers) {
    TextTable table = new TextTable("model", "batch", "ms", "examples/s", "times as fast");
    for (int b = 0; b < answers.get(0).latencies().size(); b++) {
      double first = answers.get(0).latencies().get(b).millis();
      for (Answer answer : answers) {
        Latency latency = answer.latencies().get(b);
        table.row(
            answer.model(),
            String.valueOf(latency.batch()),
            String.format(Locale.ROOT, "%.3f", latency.millis()),
            String.format(Locale.ROOT, "%,.0f", latency.examplesPerSecond()),
            answers.size() == 1
                ? ""
                : String.format(Locale.ROOT, "%.2f", first / latency.millis()));
      }
    }
    return table.toString();
  }
}
