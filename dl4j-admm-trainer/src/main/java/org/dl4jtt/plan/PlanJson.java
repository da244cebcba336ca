package org.dl4jtt.plan;

import static org.dl4jtt.tensor.Check.argument;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** The JSON of a {@link CompressionPlan}; its Javadoc has the schema. */
final class PlanJson {
  static final int FORMAT = 1;

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Set<String> PLAN_KEYS =
      Set.of("format", "networkWeights", "weights", "leftAlone");
  private static final Set<String> WEIGHT_KEYS =
      Set.of(
          "layer", "parameter", "scheme", "outputModes", "kernel", "inputModes", "ranks", "about");
  private static final Set<String> LEFT_KEYS = Set.of("layer", "reason");

  private PlanJson() {}

  static String write(CompressionPlan plan) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("format", FORMAT);
    root.put("networkWeights", plan.networkWeightsBefore());
    ArrayNode weights = root.putArray("weights");
    for (PlannedWeight planned : plan.weights()) {
      Tensorization t = planned.form().tensorization();
      ObjectNode node = weights.addObject();
      node.put("layer", planned.layer());
      node.put("parameter", planned.parameter());
      node.put("scheme", t.scheme().name());
      put(node, "outputModes", t.outputModes());
      if (t.isKernel()) {
        put(node, "kernel", t.kernel());
      }
      put(node, "inputModes", t.inputModes());
      put(node, "ranks", planned.form().ranks());
      ObjectNode about = node.putObject("about");
      about.put("weightsBefore", planned.weightsBefore());
      about.put("weightsAfter", planned.weightsAfter());
      about.put("flopsBefore", planned.flopsBefore());
      about.put("flopsAfter", planned.flopsAfter());
      about.put("relativeError", planned.relativeError());
    }
    ArrayNode left = root.putArray("leftAlone");
    for (LeftAlone alone : plan.leftAlone()) {
      left.addObject().put("layer", alone.layer()).put("reason", alone.reason());
    }
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a plan could not be written as JSON", e);
    }
  }

  static CompressionPlan read(String json) {
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the plan is not JSON: " + e.getOriginalMessage(), e);
    }
    argument(root != null && root.isObject(), "the plan is not a JSON object");
    int format = integer(root, "format", "the plan");
    argument(
        format >= 1 && format <= FORMAT,
        "the plan has format %d, this release of dl4j-tt reads up to %d; use a newer release",
        format,
        FORMAT);
    onlyKeys(root, PLAN_KEYS, "the plan");
    List<PlannedWeight> weights = new ArrayList<>();
    for (JsonNode node : array(root, "weights", "the plan")) {
      weights.add(weight(node));
    }
    List<LeftAlone> left = new ArrayList<>();
    for (JsonNode node : root.path("leftAlone")) {
      onlyKeys(node, LEFT_KEYS, "leftAlone");
      left.add(new LeftAlone(text(node, "layer", "leftAlone"), node.path("reason").asText()));
    }
    return new CompressionPlan(root.path("networkWeights").asLong(), weights, left);
  }

  private static PlannedWeight weight(JsonNode node) {
    String layer = text(node, "layer", "a planned weight");
    String where = "layer " + layer;
    onlyKeys(node, WEIGHT_KEYS, where);
    String parameter = node.path("parameter").asText("W");
    Scheme scheme = scheme(node, where);
    List<Integer> outputs = integers(node, "outputModes", where);
    List<Integer> kernel = node.has("kernel") ? integers(node, "kernel", where) : List.of();
    List<Integer> inputs = integers(node, "inputModes", where);
    List<Integer> ranks = integers(node, "ranks", where);
    TensorForm form;
    try {
      form = TensorForm.of(new Tensorization(scheme, outputs, kernel, inputs), ranks);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
    }
    JsonNode about = node.path("about");
    // After an edit these numbers belong to another form.
    boolean current = about.path("weightsAfter").asLong() == form.weights();
    return new PlannedWeight(
        layer,
        parameter,
        form,
        about.path("flopsBefore").asLong(),
        current ? about.path("flopsAfter").asLong() : 0,
        current ? about.path("relativeError").asDouble() : 0);
  }

  private static Scheme scheme(JsonNode node, String where) {
    String name = text(node, "scheme", where);
    for (Scheme scheme : Scheme.values()) {
      if (scheme.name().equals(name.toUpperCase(Locale.ROOT))) {
        return scheme;
      }
    }
    throw new IllegalArgumentException(
        where + ": scheme \"" + name + "\" is neither PAIRED nor SEPARATED");
  }

  private static void put(ObjectNode node, String key, List<Integer> values) {
    ArrayNode array = node.putArray(key);
    values.forEach(array::add);
  }

  private static void onlyKeys(JsonNode node, Set<String> keys, String where) {
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      argument(
          keys.contains(name),
          "%s has an entry \"%s\"; it may have %s",
          where,
          name,
          keys.stream().sorted().toList());
    }
  }

  private static String text(JsonNode node, String key, String where) {
    argument(node.path(key).isTextual(), "%s has no text \"%s\"", where, key);
    return node.path(key).asText();
  }

  private static int integer(JsonNode node, String key, String where) {
    argument(node.path(key).isInt(), "%s has no whole number \"%s\"", where, key);
    return node.path(key).asInt();
  }

  private static List<Integer> integers(JsonNode node, String key, String where) {
    List<Integer> values = new ArrayList<>();
    for (JsonNode value : array(node, key, where)) {
      argument(value.isInt(), "%s: \"%s\" holds %s, which is no whole number", where, key, value);
      values.add(value.asInt());
    }
    return values;
  }

  private static JsonNode array(JsonNode node, String key, String where) {
    argument(node.path(key).isArray(), "%s has no list \"%s\"", where, key);
    return node.path(key);
  }
}
