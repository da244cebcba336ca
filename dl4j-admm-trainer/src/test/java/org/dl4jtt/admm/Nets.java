package org.dl4jtt.admm;

import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks of every kind, in double, with data to match. */
final class Nets {
  static final int CLASSES = 3;

  private Nets() {}

  static NeuralNetConfiguration.Builder conf(IUpdater updater, boolean miniBatch) {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .dataType(DataType.DOUBLE)
        .updater(updater)
        .activation(Activation.TANH)
        .miniBatch(miniBatch);
  }

  static MultiLayerNetwork network(
      NeuralNetConfiguration.Builder conf, InputType input, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = conf.list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    MultiLayerNetwork net = new MultiLayerNetwork(list.setInputType(input).build());
    net.init();
    return net;
  }

  static Layer output(String name) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .name(name)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  static Layer rnnOutput(String name) {
    return new RnnOutputLayer.Builder(LossFunction.MCXENT)
        .name(name)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  static Layer dense(String name, int n) {
    return new DenseLayer.Builder().name(name).nOut(n).build();
  }

  static MultiLayerNetwork denseNet(NeuralNetConfiguration.Builder conf) {
    return network(conf, InputType.feedForward(6), dense("fc1", 5), output("out"));
  }

  static MultiLayerNetwork convNet(NeuralNetConfiguration.Builder conf) {
    return network(
        conf,
        InputType.convolutional(5, 5, 2),
        new ConvolutionLayer.Builder(3, 3).name("conv").nOut(4).build(),
        output("out"));
  }

  static MultiLayerNetwork conv1dNet(NeuralNetConfiguration.Builder conf) {
    return network(
        conf,
        InputType.recurrent(3, 7),
        new Convolution1DLayer.Builder(3).name("conv1d").nOut(4).build(),
        rnnOutput("out"));
  }

  static MultiLayerNetwork lstmNet(NeuralNetConfiguration.Builder conf) {
    return network(
        conf,
        InputType.recurrent(3, 7),
        new LSTM.Builder().name("lstm").nOut(4).build(),
        rnnOutput("out"));
  }

  static MultiLayerNetwork bidirectionalNet(NeuralNetConfiguration.Builder conf) {
    return network(
        conf,
        InputType.recurrent(3, 7),
        new Bidirectional(new LSTM.Builder().name("both").nOut(4).build()),
        new LastTimeStep(new LSTM.Builder().name("last").nOut(5).build()),
        output("out"));
  }

  static MultiLayerNetwork embeddingNet(NeuralNetConfiguration.Builder conf) {
    return network(
        conf,
        InputType.feedForward(6),
        new EmbeddingLayer.Builder().name("embedding").nIn(6).nOut(4).build(),
        output("out"));
  }

  /** Names with underscores; two branches. */
  static ComputationGraph graph(NeuralNetConfiguration.Builder conf) {
    ComputationGraph graph =
        new ComputationGraph(
            conf.graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.feedForward(6))
                .addLayer("branch_a", dense("", 5), "in")
                .addLayer("branch_b", dense("", 5), "in")
                .addVertex(
                    "sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "branch_a", "branch_b")
                .addLayer("out", output(""), "sum")
                .setOutputs("out")
                .build());
    graph.init();
    return graph;
  }

  static DataSet vectors(int n, long seed) {
    return new DataSet(random(seed, n, 6), labels(n, seed));
  }

  static DataSet images(int n, long seed) {
    return new DataSet(random(seed, n, 2, 5, 5), labels(n, seed));
  }

  static DataSet indices(int n, long seed) {
    Random random = new Random(seed);
    INDArray x = Nd4j.create(DataType.DOUBLE, n, 1);
    for (int i = 0; i < n; i++) {
      x.putScalar(i, random.nextInt(6));
    }
    return new DataSet(x, labels(n, seed));
  }

  static DataSet sequences(int n, long seed, int steps, int outSteps) {
    INDArray labels = Nd4j.create(DataType.DOUBLE, n, CLASSES, outSteps);
    Random random = new Random(seed);
    for (int i = 0; i < n; i++) {
      for (int t = 0; t < outSteps; t++) {
        labels.putScalar(new int[] {i, random.nextInt(CLASSES), t}, 1);
      }
    }
    return new DataSet(random(seed, n, 3, steps), labels);
  }

  static DataSet sequenceVectors(int n, long seed) {
    return new DataSet(random(seed, n, 3, 7), labels(n, seed));
  }

  static INDArray random(long seed, long... shape) {
    Random random = new Random(seed);
    INDArray x = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < x.length(); i++) {
      x.putScalar(i, random.nextGaussian());
    }
    return x;
  }

  static INDArray labels(int n, long seed) {
    Random random = new Random(seed);
    INDArray y = Nd4j.create(DataType.DOUBLE, n, CLASSES);
    for (int i = 0; i < n; i++) {
      y.putScalar(i, random.nextInt(CLASSES), 1);
    }
    return y;
  }

  static IUpdater sgd() {
    return new Sgd(0.1);
  }

  static List<Constrained> soft(String... layersAndParameters) {
    List<Constrained> all = new java.util.ArrayList<>();
    for (int i = 0; i < layersAndParameters.length; i += 2) {
      all.add(
          new Constrained(
              layersAndParameters[i], layersAndParameters[i + 1], new SoftThreshold(0.1)));
    }
    return all;
  }
}
