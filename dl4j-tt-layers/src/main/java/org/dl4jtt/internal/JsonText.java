package org.dl4jtt.internal;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonLocation;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.databind.DeserializationFeature;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Parses JSON that anyone may have written. Its size, the depth of its brackets and the length of
 * its numbers are bounded first, token by token: a parser that builds objects overflows the stack
 * at some thousand brackets, and takes minutes for a number of a million digits.
 */
public final class JsonText {
  /** The most characters: some thousand times the configuration of ResNet50. */
  private static final int MOST_CHARACTERS = 1 << 25;

  /** The most brackets within each other; a network of wrappers has some twenty. */
  private static final int MOST_BRACKETS = 100;

  /** The most digits of a number; the smallest double, written out, has 325. */
  private static final int MOST_DIGITS = 400;

  private static final JsonFactory FACTORY = new JsonFactory();
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  private JsonText() {}

  /**
   * Parses a text.
   *
   * @param what it is, for messages: "the plan"
   * @throws IllegalArgumentException if it is not JSON, has a name twice in one object, goes on
   *     after its end, or is beyond the bounds
   */
  public static JsonNode parse(String json, String what) {
    scan(json, what, (name, text) -> {});
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw notJson(what, e);
    }
  }

  /**
   * Goes through a text without building anything of it.
   *
   * @param texts called with each text value and the name before it; of a list, that of the list
   * @throws IllegalArgumentException if it is not JSON or is beyond the bounds
   */
  public static void scan(String json, String what, BiConsumer<String, String> texts) {
    argument(
        json.length() <= MOST_CHARACTERS,
        "%s has %,d characters, more than the %,d that are read",
        what,
        json.length(),
        MOST_CHARACTERS);
    try (JsonParser parser = FACTORY.createParser(json)) {
      int depth = 0;
      String name = "";
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isStructStart()) {
          depth++;
          argument(
              depth <= MOST_BRACKETS,
              "%s has more than %d brackets within each other (line %d)",
              what,
              MOST_BRACKETS,
              parser.getTokenLocation().getLineNr());
        } else if (token.isStructEnd()) {
          depth--;
        } else if (token == JsonToken.FIELD_NAME) {
          name = parser.getCurrentName();
        } else if (token == JsonToken.VALUE_STRING) {
          texts.accept(name, parser.getText());
        } else if (token.isNumeric()) {
          argument(
              parser.getTextLength() <= MOST_DIGITS,
              "%s has a number of %d digits (line %d)",
              what,
              parser.getTextLength(),
              parser.getTokenLocation().getLineNr());
        }
      }
    } catch (JsonProcessingException e) {
      throw notJson(what, e);
    } catch (IOException e) {
      throw new IllegalArgumentException(notJson(what) + e.getMessage(), e);
    }
  }

  /**
   * The names of the entries of an object.
   *
   * @throws IllegalArgumentException if it is no JSON object or is beyond the bounds
   */
  public static Set<String> names(String json, String what) {
    scan(json, what, (name, text) -> {});
    Set<String> names = new LinkedHashSet<>();
    try (JsonParser parser = FACTORY.createParser(json)) {
      argument(parser.nextToken() == JsonToken.START_OBJECT, "%s is not a JSON object", what);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        names.add(parser.getCurrentName());
        parser.nextToken();
        parser.skipChildren();
      }
      return names;
    } catch (IOException e) {
      throw new IllegalArgumentException(notJson(what) + e.getMessage(), e);
    }
  }

  private static IllegalArgumentException notJson(String what, JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    String where =
        at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
    return new IllegalArgumentException(
        notJson(what) + Shown.of(e.getOriginalMessage()) + where, e);
  }

  private static String notJson(String what) {
    return what + (what.endsWith("s") ? " are" : " is") + " not JSON: ";
  }
}
