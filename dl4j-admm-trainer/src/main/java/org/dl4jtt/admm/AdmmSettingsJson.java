package org.dl4jtt.admm;

import static org.dl4jtt.internal.Check.argument;

import java.util.Set;
import org.dl4jtt.internal.JsonFields;
import org.dl4jtt.internal.JsonText;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** The JSON of {@link AdmmSettings}; its Javadoc has the schema. */
final class AdmmSettingsJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Set<String> KEYS =
      Set.of(
          "rho",
          "epochs",
          "iterationsPerEpoch",
          "period",
          "byIterations",
          "weightDecay",
          "annealing",
          "sharedRho",
          "replanEvery",
          "replanShare",
          "tolerance");
  private static final String SCHEDULE = "schedule";
  private static final String WHERE = "the object of ADMM settings";
  private static final String RHO = "rho in the ADMM settings";

  private AdmmSettingsJson() {}

  static String write(AdmmSettings settings) {
    ObjectNode root = MAPPER.createObjectNode();
    root.set("rho", rho(settings.rho()));
    root.put("epochs", settings.epochs());
    root.put("iterationsPerEpoch", settings.iterationsPerEpoch());
    root.put("period", settings.period());
    root.put("byIterations", settings.byIterations());
    root.put("weightDecay", settings.weightDecay().name());
    root.put("annealing", settings.annealing());
    root.put("sharedRho", settings.sharedRho());
    root.put("replanEvery", settings.replanEvery());
    root.put("replanShare", settings.replanShare());
    root.put("tolerance", settings.tolerance());
    return root.toPrettyString();
  }

  private static ObjectNode rho(RhoSchedule schedule) {
    ObjectNode node = MAPPER.createObjectNode();
    if (schedule instanceof AutomaticRho) {
      return node.put(SCHEDULE, "automatic");
    } else if (schedule instanceof ConstantRho constant) {
      return node.put(SCHEDULE, "constant").put("rho", constant.rho());
    } else if (schedule instanceof BalancedRho balanced) {
      return node.put(SCHEDULE, "residualBalancing").put("start", balanced.start());
    } else if (schedule instanceof GeometricRho geometric) {
      return node.put(SCHEDULE, "geometric")
          .put("start", geometric.start())
          .put("factor", geometric.factor())
          .put("limit", geometric.limit());
    }
    throw new IllegalArgumentException(
        "the rho schedule "
            + schedule
            + " is of your own and cannot be written to a file; those of RhoSchedule can");
  }

  static AdmmSettings read(String json) {
    JsonNode root = JsonText.parse(json, "the ADMM settings");
    argument(root.isObject(), "the ADMM settings are not a JSON object");
    JsonFields.onlyKeys(root, KEYS, WHERE);
    return new AdmmSettings(
        rho(root.path("rho")),
        JsonFields.integer(root, "epochs", WHERE),
        JsonFields.integer(root, "iterationsPerEpoch", WHERE),
        JsonFields.integer(root, "period", WHERE),
        JsonFields.flag(root, "byIterations", WHERE),
        JsonFields.constant(
            WeightDecay.values(), JsonFields.text(root, "weightDecay", WHERE), "weightDecay"),
        JsonFields.integer(root, "annealing", WHERE),
        JsonFields.flag(root, "sharedRho", WHERE),
        JsonFields.integer(root, "replanEvery", WHERE),
        JsonFields.number(root, "replanShare", WHERE),
        JsonFields.number(root, "tolerance", WHERE));
  }

  private static RhoSchedule rho(JsonNode node) {
    String schedule = JsonFields.text(node, SCHEDULE, RHO);
    return switch (schedule) {
      case "automatic" -> RhoSchedule.automatic();
      case "constant" -> RhoSchedule.constant(JsonFields.number(node, "rho", RHO));
      case "residualBalancing" ->
          RhoSchedule.residualBalancing(JsonFields.number(node, "start", RHO));
      case "geometric" ->
          RhoSchedule.geometric(
              JsonFields.number(node, "start", RHO),
              JsonFields.number(node, "factor", RHO),
              JsonFields.number(node, "limit", RHO));
      default ->
          throw new IllegalArgumentException(
              "the rho schedule \""
                  + schedule
                  + "\" is none of automatic, constant, residualBalancing, geometric");
    };
  }
}
