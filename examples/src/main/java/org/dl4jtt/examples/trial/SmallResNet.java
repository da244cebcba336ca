package org.dl4jtt.examples.trial;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * A residual network with one block for each of 16, 32 and 64 channels, nothing of ours in it.
 *
 * <pre>
 *   conv 3x3, 16        block 16        block 32, stride 2        block 64, stride 2        mean        classifier
 * </pre>
 */
public final class SmallResNet {
  private static final double MOMENTUM = 0.9;

  private SmallResNet() {}

  /**
   * A freshly initialised network for grey images.
   *
   * @param weightDecay L2
   */
  public static ComputationGraph create(
      int height, int width, int classes, ISchedule learningRates, double weightDecay, long seed) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(new Nesterovs(learningRates, MOMENTUM))
            .weightInit(WeightInit.RELU)
            .l2(weightDecay)
            .graphBuilder()
            .addInputs("image")
            .setInputTypes(InputType.convolutional(height, width, 1));
    ResidualBlocks blocks = new ResidualBlocks(graph);
    String last = blocks.stem("conv", "image", 3, 16, 1);
    last = blocks.block("block16", last, 16, 1, null);
    last = blocks.block("block32", last, 32, 2, ResidualBlocks.convolution(1, 32, 2));
    last = blocks.block("block64", last, 64, 2, ResidualBlocks.convolution(1, 64, 2));
    return blocks.network(last, classes);
  }
}
