package org.dl4jtt.layers;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.accelerate.NativeHelpers;
import org.dl4jtt.internal.onednn.OneDnn;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * A network with everything that oneDNN computes where it is there: a stock convolution, batch norm
 * and ReLU with their helpers, and a {@link TTConv}.
 */
final class SmallNetwork {
  private static final int BATCH = 4;
  private static final int CHANNELS = 3;
  private static final int SIZE = 8;
  private static final int CLASSES = 3;
  private static final int STEPS = 3;

  private SmallNetwork() {}

  /** Prints whether oneDNN is there, and the predictions. */
  public static void main(String[] args) {
    float[] predictions = trainedPredictions();
    System.out.println("oneDNN " + OneDnn.isAvailable() + " " + Arrays.toString(predictions));
  }

  /** Class probabilities after a few steps of training. */
  static float[] trainedPredictions() {
    MultiLayerNetwork net = network();
    int expected = OneDnn.isAvailable() ? 4 : 3;
    if (NativeHelpers.enable(net) != expected) {
      throw new AssertionError(
          "A convolution, a batch norm, a ReLU and, by oneDNN, a pooling should compute natively");
    }
    Nd4j.getRandom().setSeed(3);
    INDArray images = Nd4j.randn(DataType.FLOAT, BATCH, CHANNELS, SIZE, SIZE);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, BATCH, CLASSES);
    for (int i = 0; i < BATCH; i++) {
      labels.putScalar(i, i % CLASSES, 1);
    }
    for (int step = 0; step < STEPS; step++) {
      net.fit(images, labels);
    }
    return net.output(images).ravel().toFloatVector();
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Sgd(0.1))
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).padding(1, 1).nOut(16).build())
                .layer(new BatchNormalization())
                .layer(new ActivationLayer(Activation.RELU))
                .layer(
                    new TTConv.Builder(3, 3)
                        .padding(1, 1)
                        .nOut(16)
                        .ranks(4)
                        .activation(Activation.RELU)
                        .build())
                .layer(new GlobalPoolingLayer())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(SIZE, SIZE, CHANNELS))
                .build());
    net.init();
    return net;
  }
}
