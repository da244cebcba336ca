package org.dl4jtt.examples;

import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.examples.report.EpochResult;

/**
 * One way to spend the further epochs, and what came of it.
 *
 * @param accuracyBefore on all test images, before its ordinary epochs
 * @param accuracy on all test images, at the end
 */
record Run(
    String name,
    MultiLayerNetwork network,
    double accuracyBefore,
    double accuracy,
    List<EpochResult> history) {}
