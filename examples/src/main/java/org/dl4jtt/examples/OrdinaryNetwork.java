package org.dl4jtt.examples;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.dl4jtt.examples.trial.Classifier;
import org.dl4jtt.tool.data.ImageSet;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Nesterovs;

/** What the walk-throughs compress: two dense layers and a classifier, nothing of ours in it. */
final class OrdinaryNetwork {
  private OrdinaryNetwork() {}

  /** A freshly initialised network for these images. */
  static MultiLayerNetwork create(ImageSet images) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Nesterovs(0.02, 0.9))
                .weightInit(WeightInit.RELU)
                .activation(Activation.RELU)
                .l2(2e-3)
                .list()
                .layer(new DenseLayer.Builder().name("fc1").nOut(256).build())
                .layer(new DenseLayer.Builder().name("fc2").nOut(256).build())
                .layer(Classifier.of(ImageSet.CLASSES))
                .setInputType(InputType.convolutional(images.height(), images.width(), 1))
                .build());
    net.init();
    return net;
  }
}
