package org.dl4jtt.tool;

import static org.dl4jtt.internal.Check.argument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * A file that names the classes of a model in the order of its outputs: a name in each line, a JSON
 * list, or a JSON object with a number for each name, as Keras' {@code class_indices}.
 */
final class ClassNames {
  private ClassNames() {}

  static List<String> read(Path file) throws IOException {
    String text = Files.readString(file).strip();
    List<String> names =
        text.startsWith("[") || text.startsWith("{")
            ? ofJson(file, text)
            : text.replace("\uFEFF", "")
                .lines()
                .map(String::strip)
                .filter(l -> !l.isEmpty())
                .toList();
    argument(!names.isEmpty(), "%s names no classes", file);
    argument(
        new HashSet<>(names).size() == names.size(),
        "%s names a class twice: %s",
        file,
        String.join(", ", names));
    return names;
  }

  private static List<String> ofJson(Path file, String text) {
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(file + " is no JSON: " + e.getOriginalMessage(), e);
    }
    List<String> names = new ArrayList<>();
    if (root.isArray()) {
      root.forEach(name -> names.add(name.asText()));
      return names;
    }
    for (int i = 0; i < root.size(); i++) {
      names.add("");
    }
    root.fields()
        .forEachRemaining(
            entry -> {
              int index = entry.getValue().asInt(-1);
              argument(
                  index >= 0 && index < names.size() && names.get(index).isEmpty(),
                  "%s gives class '%s' the number %s; they go from 0 to %d, each once",
                  file,
                  entry.getKey(),
                  entry.getValue(),
                  names.size() - 1);
              names.set(index, entry.getKey());
            });
    return names;
  }
}
