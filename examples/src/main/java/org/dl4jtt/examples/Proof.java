package org.dl4jtt.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.accelerate.NativeHelpers;
import org.dl4jtt.examples.proof.NewJvm;
import org.dl4jtt.tool.data.ImageSet;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The saved models are ordinary ones: new JVMs with hardly anything of ours make the same
 * predictions.
 */
final class Proof {
  private static final int IMAGES = 500;
  private static final double DENSE_TOLERANCE = 1e-4; // the cores multiplied out, in float

  private Proof() {}

  /**
   * Restores both zips in new JVMs.
   *
   * @return two lines that say what was found
   * @throws IOException if a zip cannot be restored there, or predicts something else
   */
  static String of(MultiLayerNetwork small, Path smallZip, Path denseZip, ImageSet test)
      throws IOException {
    INDArray input = test.first(IMAGES).images();
    INDArray expected = stockPredictions(small, input);
    INDArray fromSmall = NewJvm.withTensorLayers().predict(smallZip, input);
    if (!expected.equalsWithEps(fromSmall, 0)) {
      throw new IOException(
          "small.zip predicts differently in a new JVM: by up to " + distance(expected, fromSmall));
    }
    INDArray fromDense = NewJvm.withoutTensorLayers().predict(denseZip, input);
    double difference = distance(expected, fromDense);
    if (!(difference <= DENSE_TOLERANCE)) {
      throw new IOException("dense.zip predicts differently in a new JVM: by up to " + difference);
    }
    return String.format(
        Locale.ROOT,
        "small.zip  restored in a new JVM with deeplearning4j-nn, a backend and dl4j-tt-layers:"
            + " %d predictions equal bit for bit%n"
            + "dense.zip  restored in a new JVM with deeplearning4j-nn and a backend:"
            + " %d predictions equal to %.1e%n",
        input.size(0),
        input.size(0),
        difference);
  }

  /** Without native helpers, which a restored network does not have unless it is given them. */
  private static INDArray stockPredictions(MultiLayerNetwork network, INDArray input) {
    NativeHelpers.disable(network);
    INDArray output = network.output(input);
    NativeHelpers.enable(network);
    return output;
  }

  private static double distance(INDArray a, INDArray b) {
    return a.sub(b).amaxNumber().doubleValue();
  }
}
