package org.dl4jtt.plan;

import static org.dl4jtt.internal.Check.argument;
import static org.dl4jtt.internal.JsonFields.array;
import static org.dl4jtt.internal.JsonFields.constant;
import static org.dl4jtt.internal.JsonFields.integer;
import static org.dl4jtt.internal.JsonFields.integers;
import static org.dl4jtt.internal.JsonFields.onlyKeys;
import static org.dl4jtt.internal.JsonFields.text;
import static org.dl4jtt.internal.JsonFields.wholeNumber;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.dl4jtt.internal.JsonText;
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
  static final int FORMAT = 2;

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Set<String> PLAN_KEYS =
      Set.of("format", "networkWeights", "batch", "weights", "leftAlone", "target");
  private static final Set<String> WEIGHT_KEYS =
      Set.of(
          "layer", "parameter", "scheme", "outputModes", "kernel", "inputModes", "ranks", "about");
  private static final Set<String> LEFT_KEYS = Set.of("layer", "reason");

  private PlanJson() {}

  static String write(CompressionPlan plan) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("format", FORMAT);
    root.put("networkWeights", plan.networkWeightsBefore());
    root.put("batch", plan.batch());
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
      about.put("secondsBefore", planned.predicted().secondsBefore());
      about.put("secondsAfter", planned.predicted().secondsAfter());
      about.put("relativeError", planned.relativeError());
    }
    ArrayNode left = root.putArray("leftAlone");
    for (LeftAlone alone : plan.leftAlone()) {
      left.addObject().put("layer", alone.layer()).put("reason", alone.reason());
    }
    PlanSettings settings = plan.settings();
    if (settings != null && settings.target() != null) {
      TargetJson.write(root.putObject("target"), settings.target(), settings);
    }
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a plan could not be written as JSON", e);
    }
  }

  static CompressionPlan read(String json) {
    JsonNode root = JsonText.parse(json, "the plan");
    argument(root.isObject(), "the plan is not a JSON object");
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
    int batch = root.has("batch") ? integer(root, "batch", "the plan") : PlanSettings.BATCH;
    PlanSettings settings =
        root.has("target") ? TargetJson.read(root.path("target"), batch, weights) : null;
    return new CompressionPlan(
        root.has("networkWeights") ? wholeNumber(root, "networkWeights", "the plan") : 0,
        batch,
        weights,
        left,
        settings);
  }

  private static PlannedWeight weight(JsonNode node) {
    String layer = text(node, "layer", "a planned weight");
    String where = "layer " + layer;
    onlyKeys(node, WEIGHT_KEYS, where);
    String parameter = node.path("parameter").asText("W");
    Scheme scheme = constant(Scheme.values(), text(node, "scheme", where), where + ": scheme");
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
        new PlannedWeight.Prediction(
            about.path("flopsBefore").asLong(),
            current ? about.path("flopsAfter").asLong() : 0,
            about.path("secondsBefore").asDouble(),
            current ? about.path("secondsAfter").asDouble() : 0,
            current ? about.path("relativeError").asDouble() : 0));
  }

  private static void put(ObjectNode node, String key, List<Integer> values) {
    ArrayNode array = node.putArray(key);
    values.forEach(array::add);
  }
}
