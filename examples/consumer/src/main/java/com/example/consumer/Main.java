package com.example.consumer;

import java.io.File;
import java.util.Locale;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.layers.TTDense;
import org.dl4jtt.surgery.ModelSurgery;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * Trains a network with a {@link TTDense} layer, saves it, restores it, and turns it into a network
 * that needs nothing but DL4J.
 */
public final class Main {
  private static final int INPUTS = 64;
  private static final int CLASSES = 3;

  private Main() {}

  /** Takes one argument: the zip that the network is saved to. */
  public static void main(String[] args) throws Exception {
    Nd4j.getRandom().setSeed(1);
    INDArray rule = Nd4j.randn(DataType.FLOAT, INPUTS, CLASSES);
    DataSetIterator train = new ListDataSetIterator<>(examples(2000, rule).asList(), 50);
    DataSetIterator test = new ListDataSetIterator<>(examples(1000, rule).asList(), 500);

    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .updater(new Adam(0.01))
            .list()
            .layer(
                new TTDense.Builder()
                    .nOut(64)
                    .inputModes(4, 4, 4)
                    .outputModes(4, 4, 4)
                    .ranks(4)
                    .activation(Activation.TANH)
                    .build())
            .layer(
                new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                    .nOut(CLASSES)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.feedForward(INPUTS))
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    network.fit(train, 10);
    print("trained", network, test);

    File zip = new File(args[0]);
    ModelSerializer.writeModel(network, zip, true);
    MultiLayerNetwork restored = ModelSerializer.restoreMultiLayerNetwork(zip);
    print("restored", restored, test);
    print("dense", ModelSurgery.toDense(restored), test);
  }

  /** Random inputs; the class is the greatest of three fixed linear functions. */
  private static DataSet examples(int count, INDArray rule) {
    INDArray x = Nd4j.randn(DataType.FLOAT, count, INPUTS);
    INDArray winner = x.mmul(rule).argMax(1);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, count, CLASSES);
    for (int i = 0; i < count; i++) {
      labels.putScalar(i, winner.getInt(i), 1);
    }
    return new DataSet(x, labels);
  }

  private static void print(String name, MultiLayerNetwork network, DataSetIterator test) {
    double accuracy = network.evaluate(test).accuracy();
    System.out.printf(
        Locale.ROOT, "%s: %d weights, accuracy %.3f%n", name, network.numParams(), accuracy);
  }
}
