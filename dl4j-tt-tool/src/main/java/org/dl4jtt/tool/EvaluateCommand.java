package org.dl4jtt.tool;

import java.io.IOException;
import java.util.Locale;
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
    description = "Accuracy, precision, recall and F1 on labelled data.")
final class EvaluateCommand implements Callable<Integer> {
  @Mixin private final ModelOptions model = new ModelOptions();
  @Mixin private final DataArguments data = new DataArguments();
  @Mixin private final CommonOptions common = new CommonOptions();

  @Override
  public Integer call() throws IOException {
    LoadedModel loaded = model.read();
    Feed feed =
        Feed.of(loaded, data.source(loaded).read(Part.TEST, loaded.input()), data.scaling());
    Quality quality = Quality.of(loaded.model(), feed, feed.inOrder(data.batch()));
    common.answer(
        quality,
        () ->
            String.format(
                Locale.ROOT,
                "%s%naccuracy %.4f  precision %.4f  recall %.4f  F1 %.4f  on %,d %s%n",
                loaded.file(),
                quality.accuracy(),
                quality.precision(),
                quality.recall(),
                quality.f1(),
                quality.examples(),
                feed.output().perStep() ? "steps" : "examples"));
    return 0;
  }
}
