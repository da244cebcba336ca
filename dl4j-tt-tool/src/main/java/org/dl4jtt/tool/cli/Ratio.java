package org.dl4jtt.tool.cli;

import java.util.List;
import picocli.CommandLine;

/** A ratio on the command line: 0.125 or 1/8. */
public final class Ratio implements CommandLine.ITypeConverter<Double> {
  /** For picocli. */
  public Ratio() {}

  @Override
  public Double convert(String value) {
    List<String> parts = List.of(value.split("/", -1));
    try {
      double ratio =
          parts.size() == 2
              ? Double.parseDouble(parts.get(0)) / Double.parseDouble(parts.get(1))
              : Double.parseDouble(value);
      if (ratio > 0 && ratio < 1) {
        return ratio;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new CommandLine.TypeConversionException(
        "'" + value + "' is no ratio between 0 and 1, such as 0.125 or 1/8");
  }
}
