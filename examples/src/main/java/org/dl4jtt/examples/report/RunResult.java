package org.dl4jtt.examples.report;

import java.util.Map;

/**
 * What became of one network.
 *
 * @param accuracyBeforeFineTuning share of all test images, as the network came out of its
 *     conversion (the dense network: as trained so far; random cores: untrained)
 * @param accuracy share of all test images at the end
 * @param weights all parameters
 * @param flopsPerExample twice the multiply-adds of the plans executed at batch 1
 * @param zipBytes size of the saved model, without updater state
 * @param millisPerExample median time of {@code output} divided by the batch size, by batch size
 */
public record RunResult(
    double accuracyBeforeFineTuning,
    double accuracy,
    long weights,
    long flopsPerExample,
    long zipBytes,
    Map<String, Double> millisPerExample) {}
