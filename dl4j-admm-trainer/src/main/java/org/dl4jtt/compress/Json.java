package org.dl4jtt.compress;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.dl4jtt.internal.JsonFields;
import org.dl4jtt.internal.JsonText;
import org.dl4jtt.internal.files.WholeFile;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Entries of JSON files, with errors that name the entry. */
final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final String WHERE = "the file";

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static JsonNode parse(String json) {
    return JsonText.parse(json, WHERE);
  }

  /** A file of ours, of a format that this release knows. */
  static JsonNode read(Path file, int format) throws IOException {
    try {
      JsonNode root = parse(Files.readString(file));
      int found = integer(root, "format");
      argument(
          found >= 1 && found <= format,
          "it has format %d, this release of dl4j-tt reads up to %d; use a newer release",
          found,
          format);
      return root;
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  static void write(Path file, JsonNode root) throws IOException {
    WholeFile.write(file, root.toPrettyString() + "\n");
  }

  static int integer(JsonNode node, String key) {
    return JsonFields.integer(node, key, WHERE);
  }

  static String text(JsonNode node, String key) {
    return JsonFields.text(node, key, WHERE);
  }

  static JsonNode array(JsonNode node, String key) {
    return JsonFields.array(node, key, WHERE);
  }

  static long longInteger(JsonNode node, String key) {
    argument(node.path(key).isIntegralNumber(), "%s has no whole number \"%s\"", WHERE, key);
    return node.path(key).asLong();
  }

  /** A number; NaN and the infinities stand there as text. */
  static double number(JsonNode node, String key) {
    return Set.of("NaN", "Infinity", "-Infinity").contains(node.path(key).asText())
        ? Double.parseDouble(node.path(key).asText())
        : JsonFields.number(node, key, WHERE);
  }

  static Stage stage(JsonNode node) {
    return JsonFields.constant(Stage.values(), text(node, "stage"), "stage");
  }
}
