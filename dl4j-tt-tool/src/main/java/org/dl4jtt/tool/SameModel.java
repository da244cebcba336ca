package org.dl4jtt.tool;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.surgery.ModelFiles;
import org.dl4jtt.tool.model.LoadedModel;

/** Whether a run in a folder is one on this model. */
final class SameModel {
  private SameModel() {}

  static void check(LoadedModel loaded, Path folder) throws IOException {
    Path kept = folder.resolve("source.zip");
    if (!Files.isRegularFile(kept)) {
      return; // no run at all: the compressor says so
    }
    Model source = ModelFiles.read(kept);
    argument(
        source.getClass() == loaded.model().getClass()
            && source.params().equalsWithEps(loaded.model().params(), 0),
        "%s holds a run on another model (%d weights) than %s (%d weights); give that model, or"
            + " another --out",
        folder,
        source.numParams(),
        loaded.file(),
        loaded.model().numParams());
  }
}
