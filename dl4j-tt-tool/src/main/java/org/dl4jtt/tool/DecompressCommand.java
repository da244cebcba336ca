package org.dl4jtt.tool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.surgery.ModelFiles;
import org.dl4jtt.surgery.ModelSurgery;
import org.dl4jtt.tool.model.LoadedModel;
import org.dl4jtt.tool.model.LoadedModel.Kind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A model that needs nothing but DL4J. */
@Command(
    name = "decompress",
    sortOptions = false,
    description = "Makes tensor layers ordinary ones again: a zip that needs nothing but DL4J.")
final class DecompressCommand implements Callable<Integer> {
  private record Answer(String file, long weightsBefore, long weightsAfter) {}

  @Mixin private final ModelOptions model = new ModelOptions();

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      required = true,
      description = "the new zip; a normalizer in the old one is carried over")
  private Path out = Path.of("");

  @Mixin private final CommonOptions common = new CommonOptions();

  @Override
  public Integer call() throws IOException {
    LoadedModel loaded = model.read();
    Model dense =
        loaded.model() instanceof MultiLayerNetwork network
            ? ModelSurgery.toDense(network)
            : ModelSurgery.toDense((ComputationGraph) loaded.model());
    if (loaded.kind() == Kind.DL4J_ZIP) {
      ModelFiles.write(dense, out, loaded.file());
    } else {
      ModelFiles.write(dense, out);
    }
    common.answer(
        new Answer(out.toString(), loaded.model().numParams(), dense.numParams()),
        () ->
            String.format(
                    Locale.ROOT,
                    "%s: %s weights, from %s in %s%n",
                    out,
                    NumberFormats.whole(dense.numParams()),
                    NumberFormats.whole(loaded.model().numParams()),
                    loaded.file())
                + (Losses.hasUpdater(dense)
                    ? ""
                    : "saved without an updater: " + Losses.NO_UPDATER + "\n"));
    return 0;
  }
}
