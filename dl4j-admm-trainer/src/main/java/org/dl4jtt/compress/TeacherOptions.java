package org.dl4jtt.compress;

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

  static TeacherOptions none() {
    return new TeacherOptions(1, 0);
  }

  JsonNode toJson() {
    return Json.object().put("temperature", temperature).put("weight", weight);
  }

  static TeacherOptions fromJson(JsonNode root) {
    return new TeacherOptions(Json.number(root, "temperature"), Json.number(root, "weight"));
  }
}
