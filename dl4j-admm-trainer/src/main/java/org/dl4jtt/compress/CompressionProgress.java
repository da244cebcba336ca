package org.dl4jtt.compress;

import java.util.ArrayList;
import java.util.List;
import org.dl4jtt.admm.AdmmHistory;
import org.dl4jtt.plan.CompressionPlan;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * How far a run is.
 *
 * @param stage that is under way
 * @param epochsDone of this stage
 * @param epochsTrained in all stages
 * @param seconds that the stage took so far
 * @param results of the stages that have ended
 * @param plan that the network is trained towards; while ADMM trains, ADMM may have a newer one
 * @param history of ADMM once that has ended; until then ADMM keeps it
 */
record CompressionProgress(
    Stage stage,
    int epochsDone,
    int epochsTrained,
    double seconds,
    List<StageResult> results,
    CompressionPlan plan,
    List<AdmmHistory.Entry> history) {

  CompressionProgress {
    results = List.copyOf(results);
    history = List.copyOf(history);
  }

  static CompressionProgress start(CompressionPlan plan) {
    return new CompressionProgress(Stage.DENSE, 0, 0, 0, List.of(), plan, List.of());
  }

  CompressionProgress epochDone(double secondsNow) {
    return new CompressionProgress(
        stage, epochsDone + 1, epochsTrained + 1, secondsNow, results, plan, history);
  }

  /** After a stage; the next one begins. */
  CompressionProgress next(Stage next, StageResult result) {
    List<StageResult> more = new ArrayList<>(results);
    more.add(result);
    return new CompressionProgress(next, 0, epochsTrained, 0, more, plan, history);
  }

  /** After ADMM has ended. */
  CompressionProgress withAdmm(CompressionPlan lastPlan, List<AdmmHistory.Entry> entries) {
    return new CompressionProgress(
        stage, epochsDone, epochsTrained, seconds, results, lastPlan, entries);
  }

  ObjectNode toJson() {
    ObjectNode root = Json.object();
    root.put("stage", stage.name());
    root.put("epochsDone", epochsDone);
    root.put("epochsTrained", epochsTrained);
    root.put("seconds", seconds);
    root.set("results", ReportJson.results(results));
    root.set("plan", Json.parse(plan.toJson()));
    root.set("history", ReportJson.history(history));
    return root;
  }

  static CompressionProgress fromJson(JsonNode root) {
    return new CompressionProgress(
        Json.stage(root),
        Json.integer(root, "epochsDone"),
        Json.integer(root, "epochsTrained"),
        Json.number(root, "seconds"),
        ReportJson.results(Json.array(root, "results")),
        CompressionPlan.fromJson(root.path("plan").toString()),
        ReportJson.history(Json.array(root, "history")));
  }
}
