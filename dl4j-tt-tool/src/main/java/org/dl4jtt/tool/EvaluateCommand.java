package org.dl4jtt.tool;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.dl4jtt.tool.data.DataSource.Part;
import org.dl4jtt.tool.data.Feed;
import org.dl4jtt.tool.model.LoadedModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** How good a model is. */
@Command(
    name = "evaluate",
    sortOptions = false,
    description = "Accuracy, precision, recall and F1, or MSE, MAE and R2, on labelled data.")
final class EvaluateCommand implements Callable<Integer> {
  @Mixin private final ModelOptions model = new ModelOptions();
  @Mixin private final DataArguments data = new DataArguments();
  @Mixin private final CommonOptions common = new CommonOptions();

  @Override
  public Integer call() throws IOException {
    LoadedModel loaded = model.read();
    Feed feed = Feed.of(loaded, data.source(loaded).read(Part.TEST, loaded), data.feed());
    Quality quality = Quality.of(loaded.model(), feed, feed.inOrder(data.batch()));
    common.answer(
        quality,
        () ->
            loaded.file()
                + "\n"
                + quality.text(feed.output().perStep() ? "steps" : "examples")
                + DataNotes.of(feed));
    return 0;
  }
}
