package org.dl4jtt.internal;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.nd4j.shade.jackson.databind.JsonNode;

/** Reads the entries of a JSON object; what is wrong is named with where it stands. */
public final class JsonFields {
  private JsonFields() {}

  /** Refuses entries other than these. */
  public static void onlyKeys(JsonNode node, Set<String> keys, String where) {
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      argument(
          keys.contains(name),
          "%s has an entry \"%s\"; it may have %s",
          where,
          Shown.of(name),
          keys.stream().sorted().toList());
    }
  }

  /** A text that must be there. */
  public static String text(JsonNode node, String key, String where) {
    argument(node.path(key).isTextual(), "%s has no text \"%s\"", where, key);
    return node.path(key).asText();
  }

  /** A number that must be there. */
  public static double number(JsonNode node, String key, String where) {
    argument(node.path(key).isNumber(), "%s has no number \"%s\"", where, key);
    double value = node.path(key).asDouble();
    argument(Double.isFinite(value), "%s: \"%s\" is beyond what a double holds", where, key);
    return value;
  }

  /** A whole number of any size that must be there. */
  public static long wholeNumber(JsonNode node, String key, String where) {
    argument(
        node.path(key).isIntegralNumber() && node.path(key).canConvertToLong(),
        "%s has no whole number \"%s\"",
        where,
        key);
    return node.path(key).asLong();
  }

  /** A whole number that must be there. */
  public static int integer(JsonNode node, String key, String where) {
    argument(node.path(key).isInt(), "%s has no whole number \"%s\"", where, key);
    return node.path(key).asInt();
  }

  /** A true or false that must be there. */
  public static boolean flag(JsonNode node, String key, String where) {
    argument(node.path(key).isBoolean(), "%s has no true or false \"%s\"", where, key);
    return node.path(key).asBoolean();
  }

  public static List<Integer> integers(JsonNode node, String key, String where) {
    return list(node, key, where, JsonNode::isInt, "whole number", JsonNode::asInt);
  }

  public static List<String> texts(JsonNode node, String key, String where) {
    return list(node, key, where, JsonNode::isTextual, "text", JsonNode::asText);
  }

  private static <T> List<T> list(
      JsonNode node,
      String key,
      String where,
      Predicate<JsonNode> isOne,
      String kind,
      Function<JsonNode, T> value) {
    List<T> values = new ArrayList<>();
    for (JsonNode entry : array(node, key, where)) {
      argument(
          isOne.test(entry),
          "%s: \"%s\" holds %s, which is no %s",
          where,
          key,
          Shown.of(entry),
          kind);
      values.add(value.apply(entry));
    }
    return values;
  }

  /** A list that must be there. */
  public static JsonNode array(JsonNode node, String key, String where) {
    argument(node.path(key).isArray(), "%s has no list \"%s\"", where, key);
    return node.path(key);
  }

  /** The constant of this name, in upper or lower case. */
  public static <E extends Enum<E>> E constant(E[] constants, String name, String where) {
    for (E constant : constants) {
      if (constant.name().equals(name.toUpperCase(Locale.ROOT))) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        where + " \"" + Shown.of(name) + "\" is none of " + List.of(constants));
  }
}
