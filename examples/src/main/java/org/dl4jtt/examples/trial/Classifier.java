package org.dl4jtt.examples.trial;

import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What every network of these programs ends in. */
public final class Classifier {
  /** The layer's name. */
  public static final String NAME = "classifier";

  private Classifier() {}

  /** A softmax over classes, trained by cross-entropy. */
  public static OutputLayer of(int classes) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .name(NAME)
        .nOut(classes)
        .activation(Activation.SOFTMAX)
        .build();
  }
}
