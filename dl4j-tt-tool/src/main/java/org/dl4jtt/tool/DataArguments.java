package org.dl4jtt.tool;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.dl4jtt.tool.cli.Ratio;
import org.dl4jtt.tool.data.DataOptions;
import org.dl4jtt.tool.data.DataSource;
import org.dl4jtt.tool.data.Feed;
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
      description = "DIR/CLASS/*.png or *.csv, FILE.csv, idx; see: tool data")
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

  // Hidden ones are those that "tool data" lists: the help of a command is to fit a screen.

  @Option(
      names = {"--label-column", "--label-columns"},
      split = ",",
      hidden = true)
  private List<String> labelColumns = List.of();

  @Option(names = "--skip-lines", defaultValue = "0", hidden = true)
  private int skipLines;

  @Option(names = "--delimiter", converter = DelimiterNames.class, hidden = true)
  private @Nullable Character delimiter;

  @Option(names = "--decimal-comma", hidden = true)
  private boolean decimalComma;

  @Option(names = "--classes", hidden = true)
  private @Nullable Path classes;

  @Option(
      names = "--skip-unreadable",
      defaultValue = "0",
      converter = ShareConverter.class,
      hidden = true)
  private double skipUnreadable;

  @Option(names = "--autoencoder", hidden = true)
  private boolean autoencoder;

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
    argument(
        !decimalComma || delimiter == null || delimiter != ',',
        "with --decimal-comma another --delimiter is needed, such as semicolon");
    return new DataSource(
        path,
        new DataOptions(
            labelColumns, skipLines, delimiter, decimalComma, rgb, skipUnreadable, autoencoder));
  }

  Feed.Options feed() throws IOException {
    return new Feed.Options(scaling, classes == null ? null : ClassNames.read(classes));
  }

  Path path() {
    return data;
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

  /** For picocli. */
  static final class DelimiterNames implements CommandLine.ITypeConverter<Character> {
    @Override
    public Character convert(String value) {
      return switch (value.toLowerCase(Locale.ROOT)) {
        case "tab", "\\t" -> '\t';
        case "semicolon" -> ';';
        case "comma" -> ',';
        default -> {
          if (value.length() != 1 || value.equals("\"")) {
            throw new CommandLine.TypeConversionException(
                "'" + value + "' is no delimiter; give a character, comma, semicolon or tab");
          }
          yield value.charAt(0);
        }
      };
    }
  }

  /** For picocli: 0, or a ratio. */
  static final class ShareConverter implements CommandLine.ITypeConverter<Double> {
    @Override
    public Double convert(String value) {
      return value.equals("0") ? Double.valueOf(0) : new Ratio().convert(value);
    }
  }
}
