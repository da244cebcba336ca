package org.dl4jtt.compress;

import static org.dl4jtt.tensor.Check.argument;

import org.dl4jtt.admm.AdmmSettings;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * How a run trains.
 *
 * @param admm settings, its number of epochs included
 * @param fineTuningEpochs of the tensor network
 * @param seed of ND4J's random generator, with the number of the epoch
 */
record RunOptions(AdmmSettings admm, int fineTuningEpochs, long seed) {
  RunOptions {
    argument(
        fineTuningEpochs >= 0, "fineTuningEpochs is %d; it must be 0 or more", fineTuningEpochs);
  }

  static RunOptions defaults() {
    return new RunOptions(AdmmSettings.defaults(), 10, 0);
  }

  RunOptions withAdmm(AdmmSettings settings) {
    return new RunOptions(settings, fineTuningEpochs, seed);
  }

  RunOptions withFineTuningEpochs(int epochs) {
    return new RunOptions(admm, epochs, seed);
  }

  RunOptions withSeed(long newSeed) {
    return new RunOptions(admm, fineTuningEpochs, newSeed);
  }

  ObjectNode toJson() {
    ObjectNode root = Json.object();
    root.set("admm", Json.parse(admm.toJson()));
    root.put("fineTuningEpochs", fineTuningEpochs);
    root.put("seed", seed);
    return root;
  }

  static RunOptions fromJson(JsonNode root) {
    return new RunOptions(
        AdmmSettings.fromJson(root.path("admm").toString()),
        Json.integer(root, "fineTuningEpochs"),
        Json.longInteger(root, "seed"));
  }
}
