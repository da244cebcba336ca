package org.dl4jtt.tool;

import java.io.IOException;
import java.nio.file.Path;
import org.dl4jtt.tool.model.LoadedModel;
import org.dl4jtt.tool.model.ModelReader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The model that a command is about. */
final class ModelOptions {
  @Parameters(paramLabel = "MODEL", description = "a DL4J zip, or a Keras .h5")
  private Path model = Path.of("");

  @Option(
      names = "--size",
      paramLabel = "HxW",
      converter = ImageSize.Converter.class,
      description = "of the images, where the model does not tell: 28x28")
  private @Nullable ImageSize size;

  LoadedModel read() throws IOException {
    return sized(ModelReader.read(model));
  }

  /** With the size of the images that was given. */
  LoadedModel sized(LoadedModel read) {
    return size == null
        ? read
        : new LoadedModel(
            read.file(), read.kind(), read.model(), read.normalizer(), size.applyTo(read.input()));
  }
}
