package org.dl4jtt.benchmarks;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * The networks that are timed: one layer and a loss, or the nine convolutions of a small CIFAR-10
 * network.
 */
final class BenchmarkNetworks {
  private static final int SEED = 1;

  private BenchmarkNetworks() {}

  /**
   * A network of {@code layer} alone, with the squared error for its loss; that of the mean pixel
   * for images.
   */
  static MultiLayerNetwork of(Layer layer, InputType input) {
    boolean images = input.getType() == InputType.Type.CNN;
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(SEED)
            .dataType(DataType.FLOAT)
            .updater(new Sgd(1e-6))
            .weightInit(WeightInit.XAVIER)
            .list()
            .layer(layer);
    if (images) { // a loss of all pixels would take longer than the convolution
      list.layer(new GlobalPoolingLayer(PoolingType.AVG));
    }
    list.layer(
        input.getType() == InputType.Type.RNN
            ? new RnnLossLayer.Builder(LossFunction.MSE).activation(Activation.IDENTITY).build()
            : new LossLayer.Builder(LossFunction.MSE).activation(Activation.IDENTITY).build());
    MultiLayerNetwork net = new MultiLayerNetwork(list.setInputType(input).build());
    net.init();
    return net;
  }

  /**
   * Convolutions with 16, 16, 16, 32, 32, 32, 64, 64, 64 channels, batch norm and ReLU after each,
   * for 32x32x3.
   */
  static MultiLayerNetwork nineConvolutions() {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(SEED)
            .dataType(DataType.FLOAT)
            .updater(new Nesterovs(0.01, 0.9))
            .weightInit(WeightInit.RELU)
            .list();
    for (int i = 0; i < 9; i++) {
      int stride = i == 3 || i == 6 ? 2 : 1;
      list.layer(
          new ConvolutionLayer.Builder(3, 3)
              .nOut(16 << (i / 3))
              .stride(stride, stride)
              .convolutionMode(ConvolutionMode.Same)
              .hasBias(false)
              .activation(Activation.IDENTITY)
              .build());
      list.layer(new BatchNormalization());
      list.layer(new ActivationLayer(Activation.RELU));
    }
    list.layer(new GlobalPoolingLayer());
    list.layer(
        new OutputLayer.Builder(LossFunction.MCXENT)
            .nOut(10)
            .activation(Activation.SOFTMAX)
            .build());
    MultiLayerNetwork net =
        new MultiLayerNetwork(list.setInputType(InputType.convolutional(32, 32, 3)).build());
    net.init();
    return net;
  }

  /** Random inputs, and random targets of the shape that {@code net} puts out. */
  static DataSet data(MultiLayerNetwork net, long... inputShape) {
    Nd4j.getRandom().setSeed(SEED);
    INDArray x = Nd4j.randn(DataType.FLOAT, inputShape);
    return new DataSet(x, Nd4j.randn(DataType.FLOAT, net.output(x).shape()));
  }

  /** Random images of ten classes. */
  static DataSet images(int batch) {
    Nd4j.getRandom().setSeed(SEED);
    INDArray y = Nd4j.zeros(DataType.FLOAT, batch, 10);
    for (int i = 0; i < batch; i++) {
      y.putScalar(i, i % 10, 1);
    }
    return new DataSet(Nd4j.randn(DataType.FLOAT, batch, 3, 32, 32), y);
  }
}
