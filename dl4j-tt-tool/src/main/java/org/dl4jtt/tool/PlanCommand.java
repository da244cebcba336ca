package org.dl4jtt.tool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dl4jtt.internal.files.WholeFile;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.tool.model.LoadedModel;
import org.dl4jtt.tool.model.ModelFacts;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes a plan, to read, edit and carry out. */
@Command(
    name = "plan",
    sortOptions = false,
    description = "Chooses ranks for all layers and writes them as JSON to read and edit.")
final class PlanCommand implements Callable<Integer> {
  @Mixin private final ModelOptions model = new ModelOptions();

  @Option(
      names = "--target",
      paramLabel = "T",
      required = true,
      converter = TargetOption.Converter.class,
      description = "weights=1/4, flops=1/2.5 or time=1/2: after / before, whole network")
  @SuppressWarnings("NullAway.Init") // required
  private TargetOption target;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "the plan; shown only, if left out")
  private @Nullable Path out;

  @Mixin private final CommonOptions common = new CommonOptions();

  @Override
  public Integer call() throws IOException {
    LoadedModel loaded = model.read();
    CompressionPlan plan = InspectCommand.plan(loaded, target);
    if (out != null) {
      WholeFile.write(out, plan.toJson());
    }
    if (common.json()) {
      common.say(plan.toJson());
      return 0;
    }
    common.say(PlanTable.of(plan, ModelFacts.of(loaded, false).flops() != null));
    if (out != null) {
      common.say("plan in " + out);
    }
    return 0;
  }
}
