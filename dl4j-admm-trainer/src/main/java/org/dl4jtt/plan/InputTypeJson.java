package org.dl4jtt.plan;

import static org.dl4jtt.internal.Check.argument;
import static org.dl4jtt.internal.Check.present;
import static org.dl4jtt.internal.JsonFields.constant;
import static org.dl4jtt.internal.JsonFields.text;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.DataFormat;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.dl4jtt.internal.Shown;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * Input types as DL4J writes them, read by name: DL4J's own reader makes an object of any class
 * that the file names, and runs its initialiser.
 */
final class InputTypeJson {
  private static final String CLASS = "@class";
  private static final String PACKAGE = InputType.class.getName() + "$";

  private InputTypeJson() {}

  static InputType read(JsonNode node, String where) {
    String name = node.path(CLASS).asText();
    String here = where + ": inputTypes";
    InputType type = name.startsWith(PACKAGE) ? known(name, node, here) : null;
    return present(type, "%s: %s is no input type of Deeplearning4j", where, Shown.of(node));
  }

  private static @Nullable InputType known(String name, JsonNode node, String where) {
    return switch (name.substring(PACKAGE.length())) {
      case "InputTypeFeedForward" -> {
        yield InputType.feedForward(
            size(node, "size", where), timeDistributed(node.path("timeDistributedFormat"), where));
      }
      case "InputTypeRecurrent" -> {
        JsonNode steps = node.path("timeSeriesLength");
        argument(steps.isIntegralNumber(), "%s has no whole number \"timeSeriesLength\"", where);
        yield InputType.recurrent(
            size(node, "size", where),
            steps.asLong(), // -1 if not known
            constant(RNNFormat.values(), text(node, "format", where), where + ": format"));
      }
      case "InputTypeConvolutional" -> {
        yield InputType.convolutional(
            size(node, "height", where),
            size(node, "width", where),
            size(node, "channels", where),
            constant(CNN2DFormat.values(), text(node, "format", where), where + ": format"));
      }
      case "InputTypeConvolutionalFlat" -> {
        yield InputType.convolutionalFlat(
            size(node, "height", where), size(node, "width", where), size(node, "depth", where));
      }
      case "InputTypeConvolutional3D" -> {
        yield InputType.convolutional3D(
            constant(
                Convolution3D.DataFormat.values(),
                text(node, "dataFormat", where),
                where + ": dataFormat"),
            size(node, "depth", where),
            size(node, "height", where),
            size(node, "width", where),
            size(node, "channels", where));
      }
      default -> null;
    };
  }

  private static @Nullable DataFormat timeDistributed(JsonNode node, String where) {
    return node.isMissingNode() || node.isNull()
        ? null
        : constant(RNNFormat.values(), node.asText(), where + ": timeDistributedFormat");
  }

  private static long size(JsonNode node, String key, String where) {
    JsonNode value = node.path(key);
    argument(
        value.canConvertToLong() && value.isIntegralNumber() && value.asLong() > 0,
        "%s has no whole number over 0 \"%s\"",
        where,
        key);
    return value.asLong();
  }
}
