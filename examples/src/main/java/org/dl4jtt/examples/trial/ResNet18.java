package org.dl4jtt.examples.trial;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.learning.config.Nesterovs;

/**
 * ResNet-18 as for ImageNet (He et al. 2016, table 1), with random weights: to be timed and
 * counted. 11.7 million weights.
 */
public final class ResNet18 {
  private static final int[] CHANNELS = {64, 128, 256, 512};
  private static final int CLASSES = 1000;

  private ResNet18() {}

  /** A freshly initialised network for colour images of {@code size} by {@code size} pixels. */
  public static ComputationGraph create(int size, long seed) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(new Nesterovs(1e-3, 0.9))
            .weightInit(WeightInit.RELU)
            .graphBuilder()
            .addInputs("image")
            .setInputTypes(InputType.convolutional(size, size, 3));
    ResidualBlocks blocks = new ResidualBlocks(graph);
    graph.addLayer(
        "pool",
        new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX, new int[] {3, 3})
            .stride(2, 2)
            .padding(1, 1)
            .build(),
        blocks.stem("conv1", "image", 7, CHANNELS[0], 2));
    String last = "pool";
    for (int stage = 0; stage < CHANNELS.length; stage++) {
      int channels = CHANNELS[stage];
      String name = "stage" + (stage + 1) + "-block";
      last =
          stage == 0
              ? blocks.block(name + 1, last, channels, 1, null)
              : blocks.block(
                  name + 1, last, channels, 2, ResidualBlocks.convolution(1, channels, 2));
      last = blocks.block(name + 2, last, channels, 1, null);
    }
    return blocks.network(last, CLASSES);
  }
}
