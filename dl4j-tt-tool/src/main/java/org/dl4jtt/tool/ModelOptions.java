package org.dl4jtt.tool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.dl4jtt.internal.TrustedClasses;
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

  @Option(
      names = "--trust",
      paramLabel = "PACKAGE",
      split = ",",
      hidden = true, // the error that asks for it says so
      description = "of your own layers, whose code then runs")
  private List<String> trusted = List.of();

  LoadedModel read() throws IOException {
    TrustedClasses.restrictTo(trusted);
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
