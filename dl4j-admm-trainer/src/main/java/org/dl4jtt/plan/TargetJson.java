package org.dl4jtt.plan;

import static org.dl4jtt.internal.JsonFields.array;
import static org.dl4jtt.internal.JsonFields.constant;
import static org.dl4jtt.internal.JsonFields.integer;
import static org.dl4jtt.internal.JsonFields.number;
import static org.dl4jtt.internal.JsonFields.onlyKeys;
import static org.dl4jtt.internal.JsonFields.text;
import static org.dl4jtt.internal.JsonFields.texts;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * The entry "target" of a plan's JSON: all that a {@link PlanBuilder} was told. Forms given by hand
 * stand among the plan's weights; "fixed" says which they are. Input types are as DL4J writes them.
 */
final class TargetJson {
  private static final String WHERE = "the plan's target";
  private static final Set<String> KEYS =
      Set.of(
          "unit",
          "ratio",
          "schemes",
          "trains",
          "rings",
          "recurrentWeights",
          "multiplesOf",
          "minRatio",
          "minRatios",
          "include",
          "exclude",
          "fixed",
          "inputTypes");
  private static final Set<String> FIXED_KEYS = Set.of("layer", "parameter");

  private TargetJson() {}

  static void write(ObjectNode node, PlanTarget target, PlanSettings settings) {
    node.put("unit", target.unit().name());
    node.put("ratio", target.ratio());
    put(node.putArray("schemes"), settings.schemes().stream().map(Scheme::name).toList());
    node.put("trains", settings.trains());
    node.put("rings", settings.rings());
    node.put("recurrentWeights", settings.recurrentWeights());
    node.put("multiplesOf", settings.multiple());
    node.put("minRatio", settings.minRatio());
    ObjectNode ratios = node.putObject("minRatios");
    new TreeMap<>(settings.minRatios()).forEach(ratios::put);
    put(node.putArray("include"), settings.included());
    put(node.putArray("exclude"), settings.excluded());
    ArrayNode fixed = node.putArray("fixed");
    settings
        .explicit()
        .forEach(
            (layer, forms) ->
                forms.keySet().stream()
                    .sorted()
                    .forEach(p -> fixed.addObject().put("layer", layer).put("parameter", p)));
    ArrayNode inputs = node.putArray("inputTypes");
    ObjectMapper dl4j = NeuralNetConfiguration.mapper();
    settings.inputTypes().forEach(type -> inputs.add(dl4j.<JsonNode>valueToTree(type)));
  }

  private static void put(ArrayNode array, Collection<String> names) {
    names.stream().sorted().forEach(array::add);
  }

  /**
   * What was written.
   *
   * @param batch that of the same plan
   * @param weights those of the same plan
   */
  static PlanSettings read(JsonNode node, int batch, List<PlannedWeight> weights) {
    onlyKeys(node, KEYS, WHERE);
    PlanTarget target =
        new PlanTarget(
            constant(PlanTarget.Unit.values(), text(node, "unit", WHERE), WHERE + ": unit"),
            number(node, "ratio", WHERE));
    Set<Scheme> schemes = new HashSet<>();
    texts(node, "schemes", WHERE)
        .forEach(name -> schemes.add(constant(Scheme.values(), name, WHERE + ": scheme")));
    Map<String, Double> minRatios = new LinkedHashMap<>();
    node.path("minRatios")
        .fieldNames()
        .forEachRemaining(
            layer -> minRatios.put(layer, number(node.path("minRatios"), layer, WHERE)));
    return new PlanSettings(
        target,
        batch,
        fixed(node, weights),
        new LinkedHashSet<>(texts(node, "include", WHERE)),
        new LinkedHashSet<>(texts(node, "exclude", WHERE)),
        schemes,
        node.path("trains").asBoolean(true),
        node.path("rings").asBoolean(),
        node.path("recurrentWeights").asBoolean(),
        integer(node, "multiplesOf", WHERE),
        number(node, "minRatio", WHERE),
        minRatios,
        StreamSupport.stream(array(node, "inputTypes", WHERE).spliterator(), false)
            .map(type -> InputTypeJson.read(type, WHERE))
            .toList());
  }

  private static Map<String, Map<String, TensorForm>> fixed(
      JsonNode node, List<PlannedWeight> weights) {
    Map<String, Map<String, TensorForm>> forms = new LinkedHashMap<>();
    for (JsonNode entry : array(node, "fixed", WHERE)) {
      onlyKeys(entry, FIXED_KEYS, WHERE + ": fixed");
      String layer = text(entry, "layer", WHERE + ": fixed");
      String parameter = text(entry, "parameter", WHERE + ": fixed");
      PlannedWeight weight =
          weights.stream()
              .filter(w -> w.layer().equals(layer) && w.parameter().equals(parameter))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          String.format(
                              Locale.ROOT,
                              "%s: \"fixed\" names weight %s of layer %s, which is not among the"
                                  + " plan's weights",
                              WHERE,
                              parameter,
                              layer)));
      forms.computeIfAbsent(layer, name -> new LinkedHashMap<>()).put(parameter, weight.form());
    }
    return forms;
  }
}
