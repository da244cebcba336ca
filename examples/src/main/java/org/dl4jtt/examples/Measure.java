package org.dl4jtt.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.tool.data.ImageSet;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What is measured on a finished network. */
final class Measure {
  private static final int BATCH = 250;

  private Measure() {}

  /** The share of images that get their label. */
  static double accuracy(MultiLayerNetwork network, ImageSet images) {
    return network.evaluate(images.batches(BATCH)).accuracy();
  }

  /** The size of the saved model, without updater state. */
  static long zipBytes(MultiLayerNetwork network) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, bytes, false);
    return bytes.size();
  }

  /** Median milliseconds per example at batch 1 and 64. */
  static Map<String, Double> millisPerExample(MultiLayerNetwork network, ImageSet images) {
    Map<String, Double> millis = new LinkedHashMap<>();
    millis.put("1", medianMillis(network, images.first(1).images(), 200));
    millis.put(
        "64", medianMillis(network, images.first(64).images(), 30) / images.first(64).count());
    return millis;
  }

  private static double medianMillis(MultiLayerNetwork network, INDArray input, int repetitions) {
    double[] millis = new double[repetitions];
    for (int i = -repetitions / 2; i < repetitions; i++) { // the first ones warm up
      long start = System.nanoTime();
      network.output(input);
      if (i >= 0) {
        millis[i] = (System.nanoTime() - start) / 1e6;
      }
    }
    Arrays.sort(millis);
    return millis[repetitions / 2];
  }
}
