package org.dl4jtt.compress;

import java.util.ArrayList;
import java.util.List;
import org.dl4jtt.admm.AdmmHistory;
import org.dl4jtt.admm.AdmmUpdate;
import org.dl4jtt.admm.Residuals;
import org.dl4jtt.plan.NetworkTime;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Results and history as JSON, with every digit. */
final class ReportJson {
  static final int FORMAT = 1;

  private ReportJson() {}

  static ObjectNode of(CompressionReport report) {
    ObjectNode root = Json.object().put("format", FORMAT);
    root.set("plan", Json.parse(report.plan().toJson()));
    root.set("stages", results(report.stages()));
    root.set("history", history(report.history()));
    TimePerExample time = report.time();
    if (time != null) {
      ObjectNode node = root.putObject("secondsPerExample").put("batch", time.dense().batch());
      put(node.putObject("dense"), time.dense());
      put(node.putObject("small"), time.small());
    }
    return root;
  }

  private static void put(ObjectNode node, NetworkTime time) {
    node.put("predicted", time.predicted()).put("measured", time.measured());
  }

  static ArrayNode results(List<StageResult> results) {
    ArrayNode array = Json.object().arrayNode();
    for (StageResult result : results) {
      array
          .addObject()
          .put("stage", result.stage().name())
          .put("weights", result.weights())
          .put("score", result.score())
          .put("seconds", result.seconds());
    }
    return array;
  }

  static List<StageResult> results(JsonNode array) {
    List<StageResult> results = new ArrayList<>();
    for (JsonNode node : array) {
      results.add(
          new StageResult(
              Json.stage(node),
              Json.longInteger(node, "weights"),
              Json.number(node, "score"),
              Json.number(node, "seconds")));
    }
    return results;
  }

  static ArrayNode history(List<AdmmHistory.Entry> history) {
    ArrayNode array = Json.object().arrayNode();
    for (AdmmHistory.Entry entry : history) {
      AdmmUpdate found = entry.found();
      array
          .addObject()
          .put("update", entry.update())
          .put("epoch", entry.epoch())
          .put("iteration", entry.iteration())
          .put("layer", entry.layer())
          .put("parameter", entry.parameter())
          .put("rho", entry.rho())
          .put("primal", found.residuals().primal())
          .put("dual", found.residuals().dual())
          .put("relativeDistance", found.relativeDistance())
          .put("relativeChange", found.relativeChange())
          .put("energyKept", found.energyKept())
          .put("penalty", entry.penalty())
          .put("score", entry.score())
          .put("projectedScore", entry.projectedScore());
    }
    return array;
  }

  static List<AdmmHistory.Entry> history(JsonNode array) {
    List<AdmmHistory.Entry> history = new ArrayList<>();
    for (JsonNode node : array) {
      history.add(
          new AdmmHistory.Entry(
              Json.integer(node, "update"),
              Json.integer(node, "epoch"),
              Json.integer(node, "iteration"),
              Json.text(node, "layer"),
              Json.text(node, "parameter"),
              Json.number(node, "rho"),
              new AdmmUpdate(
                  new Residuals(Json.number(node, "primal"), Json.number(node, "dual")),
                  Json.number(node, "relativeDistance"),
                  Json.number(node, "relativeChange"),
                  Json.number(node, "energyKept")),
              Json.number(node, "penalty"),
              Json.number(node, "score"),
              Json.number(node, "projectedScore")));
    }
    return history;
  }
}
