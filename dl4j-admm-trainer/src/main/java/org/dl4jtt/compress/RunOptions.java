package org.dl4jtt.compress;

import static org.dl4jtt.internal.Check.argument;

import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.internal.JsonFields;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * How a run trains.
 *
 * @param admm settings, its number of epochs included
 * @param constrained whether there are epochs under the constraint at all
 * @param calibrationExamples that the conversion looks at; 0 for none
 * @param reestimateBatchNorm whether statistics are measured anew after decomposition
 * @param fineTuningEpochs of the tensor network
 * @param rates of the fine-tuning
 * @param teacher of all epochs
 * @param seed of ND4J's random generator, with the number of the epoch
 * @param measureTime whether the time of an example is measured at the end
 */
record RunOptions(
    AdmmSettings admm,
    boolean constrained,
    int calibrationExamples,
    boolean reestimateBatchNorm,
    int fineTuningEpochs,
    RateOptions rates,
    TeacherOptions teacher,
    long seed,
    boolean measureTime) {
  /** Enough for residual networks on small images; more end within the noise of these. */
  private static final int CALIBRATION_EXAMPLES = 500;

  RunOptions {
    argument(
        calibrationExamples >= 0,
        "%d examples to calibrate on; give 0 for none, or some hundred",
        calibrationExamples);
    argument(
        fineTuningEpochs >= 0, "fineTuningEpochs is %d; it must be 0 or more", fineTuningEpochs);
  }

  static RunOptions defaults() {
    return new RunOptions(
        AdmmSettings.defaults(),
        true,
        CALIBRATION_EXAMPLES,
        false,
        10,
        RateOptions.USUAL,
        TeacherOptions.NONE,
        0,
        false);
  }

  RunOptions withAdmm(AdmmSettings settings) {
    return new RunOptions(
        settings,
        constrained,
        calibrationExamples,
        reestimateBatchNorm,
        fineTuningEpochs,
        rates,
        teacher,
        seed,
        measureTime);
  }

  RunOptions withConstrained(boolean anyEpochs) {
    return new RunOptions(
        admm,
        anyEpochs,
        calibrationExamples,
        reestimateBatchNorm,
        fineTuningEpochs,
        rates,
        teacher,
        seed,
        measureTime);
  }

  RunOptions withCalibrationExamples(int examples) {
    return new RunOptions(
        admm,
        constrained,
        examples,
        reestimateBatchNorm,
        fineTuningEpochs,
        rates,
        teacher,
        seed,
        measureTime);
  }

  RunOptions withReestimateBatchNorm(boolean reestimate) {
    return new RunOptions(
        admm,
        constrained,
        calibrationExamples,
        reestimate,
        fineTuningEpochs,
        rates,
        teacher,
        seed,
        measureTime);
  }

  RunOptions withFineTuningEpochs(int epochs) {
    return new RunOptions(
        admm,
        constrained,
        calibrationExamples,
        reestimateBatchNorm,
        epochs,
        rates,
        teacher,
        seed,
        measureTime);
  }

  RunOptions withRates(RateOptions newRates) {
    return new RunOptions(
        admm,
        constrained,
        calibrationExamples,
        reestimateBatchNorm,
        fineTuningEpochs,
        newRates,
        teacher,
        seed,
        measureTime);
  }

  RunOptions withTeacher(TeacherOptions newTeacher) {
    return new RunOptions(
        admm,
        constrained,
        calibrationExamples,
        reestimateBatchNorm,
        fineTuningEpochs,
        rates,
        newTeacher,
        seed,
        measureTime);
  }

  RunOptions withSeed(long newSeed) {
    return new RunOptions(
        admm,
        constrained,
        calibrationExamples,
        reestimateBatchNorm,
        fineTuningEpochs,
        rates,
        teacher,
        newSeed,
        measureTime);
  }

  RunOptions withMeasureTime(boolean measure) {
    return new RunOptions(
        admm,
        constrained,
        calibrationExamples,
        reestimateBatchNorm,
        fineTuningEpochs,
        rates,
        teacher,
        seed,
        measure);
  }

  ObjectNode toJson() {
    ObjectNode root = Json.object();
    root.set("admm", Json.parse(admm.toJson()));
    root.put("constrained", constrained);
    root.put("calibrationExamples", calibrationExamples);
    root.put("reestimateBatchNorm", reestimateBatchNorm);
    root.put("fineTuningEpochs", fineTuningEpochs);
    root.set("rates", rates.toJson());
    root.set("distillation", teacher.toJson());
    root.put("seed", seed);
    root.put("measureTime", measureTime);
    return root;
  }

  static RunOptions fromJson(JsonNode root) {
    return new RunOptions(
        AdmmSettings.fromJson(root.path("admm").toString()),
        root.path("constrained").asBoolean(true), // always, in the first release's files
        root.path("calibrationExamples").asInt(0), // none, there
        JsonFields.flag(root, "reestimateBatchNorm", "the file"),
        Json.integer(root, "fineTuningEpochs"),
        RateOptions.fromJson(root.path("rates")),
        TeacherOptions.fromJson(root.path("distillation")),
        Json.longInteger(root, "seed"),
        root.path("measureTime").asBoolean()); // not there in the first release's files
  }
}
