package org.dl4jtt.examples.trial;

import java.util.Locale;
import java.util.function.Consumer;
import org.dl4jtt.compress.CompressionListener;
import org.dl4jtt.compress.Stage;

/** A line for every epoch of a compression. */
record EpochLines(String name, Consumer<String> log) implements CompressionListener {
  @Override
  public void epochEnded(Stage stage, int epoch, int epochs) {
    log.accept(
        String.format(
            Locale.ROOT,
            "%-28s epoch %2d/%d  %s",
            name,
            epoch,
            epochs,
            stage.name().toLowerCase(Locale.ROOT)));
  }
}
