package org.dl4jtt.examples.trial;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;

/**
 * The parts of a residual network (He et al. 2016): convolution, batch norm, ReLU; and the block of
 * two with a shortcut; each returns the name of its last vertex. And what comes after the blocks.
 */
final class ResidualBlocks {
  private final GraphBuilder graph;

  ResidualBlocks(GraphBuilder graph) {
    this.graph = graph;
  }

  /** KxK, batch norm, ReLU. */
  String stem(String name, String input, int kernel, int channels, int stride) {
    return relu(name + "-relu", normalised(name, input, kernel, channels, stride));
  }

  /**
   * ReLU(shortcut + two convolutions).
   *
   * @param shortcut null where the input itself fits
   */
  String block(String name, String input, int channels, int stride, @Nullable Layer shortcut) {
    String first =
        relu(name + "-conv1-relu", normalised(name + "-conv1", input, 3, channels, stride));
    String second = normalised(name + "-conv2", first, 3, channels, 1);
    String past = input;
    if (shortcut != null) {
      past = name + "-shortcut";
      graph.addLayer(past, shortcut, input);
    }
    graph.addVertex(name + "-add", new ElementWiseVertex(ElementWiseVertex.Op.Add), second, past);
    return relu(name + "-relu", name + "-add");
  }

  /** The network that this vertex is the last of, but for the mean and a {@link Classifier}. */
  ComputationGraph network(String last, int classes) {
    graph
        .addLayer("mean", new GlobalPoolingLayer(PoolingType.AVG), last)
        .addLayer(Classifier.NAME, Classifier.of(classes), "mean")
        .setOutputs(Classifier.NAME);
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    return network;
  }

  private String normalised(String name, String input, int kernel, int channels, int stride) {
    graph.addLayer(name, convolution(kernel, channels, stride), input);
    graph.addLayer(name + "-bn", new BatchNormalization.Builder().build(), name);
    return name + "-bn";
  }

  /** Without bias, for batch norm has one; padded like its stride's half, as PyTorch pads. */
  static ConvolutionLayer convolution(int kernel, int channels, int stride) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .nOut(channels)
        .stride(stride, stride)
        .padding(kernel / 2, kernel / 2)
        .convolutionMode(ConvolutionMode.Truncate)
        .hasBias(false)
        .activation(Activation.IDENTITY)
        .build();
  }

  private String relu(String name, String input) {
    graph.addLayer(name, new ActivationLayer.Builder().activation(Activation.RELU).build(), input);
    return name;
  }
}
