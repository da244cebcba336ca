package org.dl4jtt.tool;

import java.nio.file.Path;
import java.util.Locale;
import org.dl4jtt.tool.data.DataOptions;
import org.dl4jtt.tool.data.DataSource;
import org.dl4jtt.tool.data.Scaling;
import org.dl4jtt.tool.model.LoadedModel;
import org.dl4jtt.tool.model.LoadedModel.Kind;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Data on the command line. */
final class DataArguments {
  /** Names of colour orders. */
  private enum Colours {
    RGB,
    BGR
  }

  @Option(
      names = "--data",
      paramLabel = "PATH",
      required = true,
      description = "DIR/CLASS/*.png or *.csv, FILE.csv, or idx files")
  private Path data = Path.of("");

  @Option(
      names = "--scale",
      paramLabel = "S",
      converter = ScalingNames.class,
      description = "without a normalizer: none, unit or symmetric")
  private @Nullable Scaling scaling;

  @Option(
      names = "--colours",
      paramLabel = "C",
      converter = ColourNames.class,
      description = "of images: rgb (Keras) or bgr (DL4J)")
  private @Nullable Colours colours;

  @Option(
      names = "--label-column",
      paramLabel = "N",
      defaultValue = "-1",
      description = "of CSV, from 0, or from the end: -1 (the usual one)")
  private int labelColumn;

  @Option(
      names = "--skip-lines",
      paramLabel = "N",
      defaultValue = "0",
      description = "of CSV, before the data")
  private int skipLines;

  @Option(
      names = "--delimiter",
      paramLabel = "C",
      defaultValue = ",",
      description = "of CSV (usually a comma)")
  private char delimiter;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "64",
      description = "examples at a time (default: ${DEFAULT-VALUE})")
  private int batch;

  DataSource source(LoadedModel model) {
    return source(data, model);
  }

  DataSource source(Path path, LoadedModel model) {
    boolean rgb = colours == null ? model.kind() == Kind.KERAS_H5 : colours == Colours.RGB;
    return new DataSource(path, new DataOptions(labelColumn, skipLines, delimiter, rgb));
  }

  Path path() {
    return data;
  }

  @Nullable Scaling scaling() {
    return scaling;
  }

  int batch() {
    return batch;
  }

  private static <E extends Enum<E>> E named(Class<E> type, String value) {
    try {
      return Enum.valueOf(type, value.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new CommandLine.TypeConversionException("'" + value + "' is none of " + names(type));
    }
  }

  private static <E extends Enum<E>> String names(Class<E> type) {
    return String.join(
        ", ",
        java.util.Arrays.stream(type.getEnumConstants())
            .map(e -> e.name().toLowerCase(Locale.ROOT))
            .toList());
  }

  /** For picocli. */
  static final class ScalingNames implements CommandLine.ITypeConverter<Scaling> {
    @Override
    public Scaling convert(String value) {
      return named(Scaling.class, value);
    }
  }

  /** For picocli. */
  static final class ColourNames implements CommandLine.ITypeConverter<Colours> {
    @Override
    public Colours convert(String value) {
      return named(Colours.class, value);
    }
  }
}
