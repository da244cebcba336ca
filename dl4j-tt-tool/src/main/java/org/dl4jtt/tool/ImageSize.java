package org.dl4jtt.tool;

import org.dl4jtt.tool.model.ModelInput;
import picocli.CommandLine;

/** Height and width on the command line: 28x28. */
record ImageSize(long height, long width) {
  ModelInput applyTo(ModelInput input) {
    return input.kind() == ModelInput.Kind.IMAGE ? input.withSize(height, width) : input;
  }

  /** From the command line. */
  static final class Converter implements CommandLine.ITypeConverter<ImageSize> {
    @Override
    public ImageSize convert(String value) {
      if (!value.matches("[1-9]\\d{0,4}x[1-9]\\d{0,4}")) {
        throw new CommandLine.TypeConversionException(
            "'" + value + "' is no size of images; give HEIGHTxWIDTH, such as 28x28");
      }
      int x = value.indexOf('x');
      return new ImageSize(
          Long.parseLong(value.substring(0, x)), Long.parseLong(value.substring(x + 1)));
    }
  }
}
