package org.dl4jtt.examples.proof;

import java.io.File;
import java.io.IOException;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a user's own program does with a saved model; it uses nothing but DL4J. */
public final class RestoredModel {
  private RestoredModel() {}

  /**
   * Restores, predicts, writes.
   *
   * @param args model zip, file with the input array, file for the predictions
   */
  public static void main(String[] args) throws IOException {
    MultiLayerNetwork network = ModelSerializer.restoreMultiLayerNetwork(new File(args[0]), false);
    INDArray input = Nd4j.readBinary(new File(args[1]));
    Nd4j.saveBinary(network.output(input), new File(args[2]));
  }
}
