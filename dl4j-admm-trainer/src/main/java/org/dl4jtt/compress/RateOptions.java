package org.dl4jtt.compress;

import static org.dl4jtt.internal.Check.argument;

import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * How fast the cores learn while a run fine-tunes them.
 *
 * @param cosine whether rates fall along a cosine to 0; else they are the network's own
 * @param peak of the cosine; NaN for the network's own rate at that point
 * @param coreSteps whether gradients of cores are divided by their gains; see {@link CoreSteps}
 */
record RateOptions(boolean cosine, double peak, boolean coreSteps) {
  /** What served best on real networks (docs/experiments.md). */
  static final RateOptions USUAL = new RateOptions(true, Double.NaN, true);

  /** The network's own schedule, for cores as for any other parameter. */
  static final RateOptions OF_THE_NETWORK = new RateOptions(false, Double.NaN, false);

  RateOptions {
    argument(
        Double.isNaN(peak) || (peak > 0 && Double.isFinite(peak)),
        "the learning rate is %s; it must be positive",
        peak);
  }

  JsonNode toJson() {
    return Json.object().put("cosine", cosine).put("peak", peak).put("coreSteps", coreSteps);
  }

  /** Reads settings; files of the first release have none and meant the network's own. */
  static RateOptions fromJson(JsonNode root) {
    return root.isMissingNode()
        ? OF_THE_NETWORK
        : new RateOptions(
            root.path("cosine").asBoolean(),
            Json.number(root, "peak"),
            root.path("coreSteps").asBoolean());
  }
}
