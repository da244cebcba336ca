package org.dl4jtt.examples;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.dl4jtt.examples.trial.Classifier;
import org.dl4jtt.tool.data.ImageSet;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * The network that the program compresses: an ordinary DL4J convolutional network, nothing of ours
 * in it.
 *
 * <pre>
 *   [1, 28, 28]  conv1 3x3, 16   pool   [16, 14, 14]
 *                conv2 3x3, 24   pool   [24, 7, 7]
 *                conv3 3x3, 64   pool   [64, 3, 3]
 *                conv4 3x3, 96          [96, 3, 3]
 *                conv5 3x3, 96          [96, 3, 3]
 *                dense 176              [176]
 *                classifier             [10]
 * </pre>
 *
 * Every convolution is followed by batch normalisation and ReLU.
 */
final class FashionNetwork {
  private static final double MOMENTUM = 0.9;

  /** Strong: what the initial random weights leave behind has full rank. */
  private static final double WEIGHT_DECAY = 5e-3;

  private static final int POOLED = 3;

  private FashionNetwork() {}

  /** A freshly initialised network for images of this size. */
  static MultiLayerNetwork create(int height, int width, ISchedule learningRates, long seed) {
    NeuralNetConfiguration.ListBuilder layers =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(new Nesterovs(learningRates, MOMENTUM))
            .weightInit(WeightInit.RELU)
            .l2(WEIGHT_DECAY)
            .convolutionMode(ConvolutionMode.Same)
            .list();
    int[] channels = {16, 24, 64, 96, 96};
    for (int i = 0; i < channels.length; i++) {
      addBlock(layers, "conv" + (i + 1), channels[i], i < POOLED);
    }
    MultiLayerConfiguration configuration =
        layers
            .layer(
                new DenseLayer.Builder()
                    .name("dense")
                    .nOut(176)
                    .activation(Activation.RELU)
                    .build())
            .layer(Classifier.of(ImageSet.CLASSES))
            .setInputType(InputType.convolutional(height, width, 1))
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }

  private static void addBlock(
      NeuralNetConfiguration.ListBuilder layers, String name, int nOut, boolean pooled) {
    layers
        .layer(
            new ConvolutionLayer.Builder(3, 3)
                .name(name)
                .nOut(nOut)
                .hasBias(false) // batch normalisation has one
                .activation(Activation.IDENTITY)
                .build())
        .layer(new BatchNormalization.Builder().name(name + "-bn").build())
        .layer(
            new ActivationLayer.Builder().name(name + "-relu").activation(Activation.RELU).build());
    if (pooled) {
      layers.layer(
          new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
              .name(name + "-pool")
              .kernelSize(2, 2)
              .stride(2, 2)
              .convolutionMode(ConvolutionMode.Truncate)
              .build());
    }
  }
}
