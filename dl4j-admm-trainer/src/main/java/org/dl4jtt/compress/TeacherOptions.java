package org.dl4jtt.compress;

import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.compress.SoftOutput.Kind;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * How a run learns from the dense network while it fine-tunes; see {@link Distillation}.
 *
 * @param temperature of the dense network's outputs
 * @param weight of these; 0 for none
 */
record TeacherOptions(double temperature, double weight) {
  TeacherOptions {
    Distillation.checkTemperature(temperature);
    Distillation.checkWeight(weight);
  }

  /** What served best on real networks (docs/experiments.md). */
  static final TeacherOptions USUAL = new TeacherOptions(4, 0.9);

  /** Labels alone. */
  static final TeacherOptions NONE = new TeacherOptions(1, 0);

  /** Those for a network: none where an output cannot learn from soft labels, or has no softmax. */
  static TeacherOptions usual(Model network) {
    try {
      boolean soft = SoftOutput.of(network).stream().allMatch(o -> o.kind() != Kind.NUMBERS);
      return soft ? USUAL : NONE;
    } catch (IllegalArgumentException cannotLearnFromSoftLabels) {
      return NONE;
    }
  }

  JsonNode toJson() {
    return Json.object().put("temperature", temperature).put("weight", weight);
  }

  static TeacherOptions fromJson(JsonNode root) {
    return new TeacherOptions(Json.number(root, "temperature"), Json.number(root, "weight"));
  }
}
