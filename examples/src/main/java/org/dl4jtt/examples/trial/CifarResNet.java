package org.dl4jtt.examples.trial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * ResNet-20 and its deeper kin for CIFAR-10 (He et al. 2016, §4.2) with weights that were trained
 * in PyTorch, as an ordinary graph.
 *
 * <p>Their shortcuts of option A take every second pixel and pad the channels with zeros on both
 * sides; here that is a frozen 1x1 convolution of stride 2 whose kernel is a shifted identity.
 */
public final class CifarResNet {
  private static final int[] CHANNELS = {16, 32, 64};
  private static final double MOMENTUM = 0.9;

  private final Map<String, INDArray> weights;
  private final int blocksPerStage;

  private CifarResNet(Map<String, INDArray> weights) {
    this.weights = weights;
    int blocks = 0;
    while (weights.containsKey("layer1." + blocks + ".conv1.weight")) {
      blocks++;
    }
    this.blocksPerStage = blocks;
  }

  /**
   * Reads weights under PyTorch's names, such as {@code layer1.0.conv1.weight} [out, in, 3, 3].
   *
   * @throws IOException if the file is not there or holds something else
   */
  public static CifarResNet read(Path npz) throws IOException {
    if (!Files.isRegularFile(npz)) {
      throw new NoSuchFileException(
          npz.toString(),
          null,
          "the weights are those of https://github.com/akamaster/pytorch_resnet_cifar10, saved by"
              + " numpy.savez");
    }
    CifarResNet network = new CifarResNet(arrays(npz));
    if (network.blocksPerStage == 0) {
      throw new IOException(npz + " holds no layer1.0.conv1.weight; it is no ResNet for CIFAR-10");
    }
    return network;
  }

  private static Map<String, INDArray> arrays(Path npz) throws IOException {
    try {
      return Nd4j.createFromNpzFile(npz.toFile());
    } catch (Exception e) { // all that Nd4j declares
      throw new IOException(npz + " is not an npz file: " + e.getMessage(), e);
    }
  }

  /** The network with these weights. */
  public ComputationGraph create(ISchedule learningRates, double weightDecay, long seed) {
    ComputationGraph network = untrained(blocksPerStage, learningRates, weightDecay, seed);
    fill(network);
    return network;
  }

  /**
   * A freshly initialised network of 6 n + 2 layers.
   *
   * @param blocks n in each stage; 3 make ResNet-20
   * @param weightDecay L2
   */
  public static ComputationGraph untrained(
      int blocks, ISchedule learningRates, double weightDecay, long seed) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(new Nesterovs(learningRates, MOMENTUM))
            .weightInit(WeightInit.RELU)
            .l2(weightDecay)
            .graphBuilder()
            .addInputs("image")
            .setInputTypes(InputType.convolutional(32, 32, 3));
    ResidualBlocks parts = new ResidualBlocks(graph);
    String last = parts.stem("conv1", "image", 3, CHANNELS[0], 1);
    for (int stage = 0; stage < CHANNELS.length; stage++) {
      for (int b = 0; b < blocks; b++) {
        boolean narrows = stage > 0 && b == 0;
        last =
            parts.block(
                block(stage, b),
                last,
                CHANNELS[stage],
                narrows ? 2 : 1,
                narrows
                    ? new FrozenLayerWithBackprop(ResidualBlocks.convolution(1, CHANNELS[stage], 2))
                    : null);
      }
    }
    return parts.network(last, 10);
  }

  private static String block(int stage, int number) {
    return "stage" + (stage + 1) + "-block" + (number + 1);
  }

  private void fill(ComputationGraph network) {
    convolution(network, "conv1", "conv1");
    batchNorm(network, "conv1-bn", "bn1");
    for (int stage = 0; stage < CHANNELS.length; stage++) {
      for (int b = 0; b < blocksPerStage; b++) {
        String ours = block(stage, b);
        String theirs = "layer" + (stage + 1) + "." + b + ".";
        for (int i = 1; i <= 2; i++) {
          convolution(network, ours + "-conv" + i, theirs + "conv" + i);
          batchNorm(network, ours + "-conv" + i + "-bn", theirs + "bn" + i);
        }
        if (stage > 0 && b == 0) {
          shiftedIdentity(network.getLayer(ours + "-shortcut").getParam("W"));
        }
      }
    }
    set(network, "classifier", "W", weight("linear.weight").transpose());
    set(network, "classifier", "b", weight("linear.bias").reshape(1, 10));
  }

  /** Channel c becomes channel c + (out − in) / 2. */
  private static void shiftedIdentity(INDArray kernel) {
    kernel.assign(0);
    long outputs = kernel.size(0);
    long inputs = kernel.size(1);
    for (long c = 0; c < inputs; c++) {
      kernel.putScalar(new long[] {c + (outputs - inputs) / 2, c, 0, 0}, 1);
    }
  }

  private void convolution(ComputationGraph network, String layer, String name) {
    set(network, layer, "W", weight(name + ".weight"));
  }

  private void batchNorm(ComputationGraph network, String layer, String name) {
    set(network, layer, "gamma", row(name + ".weight"));
    set(network, layer, "beta", row(name + ".bias"));
    set(network, layer, "mean", row(name + ".running_mean"));
    INDArray deviation = Transforms.sqrt(row(name + ".running_var"), true);
    set(network, layer, "log10stdev", Transforms.log(deviation, true).divi(Math.log(10)));
  }

  private INDArray row(String name) {
    INDArray value = weight(name);
    return value.reshape(1, value.length());
  }

  private static void set(
      ComputationGraph network, String layer, String parameter, INDArray value) {
    network.getLayer(layer).getParam(parameter).assign(value);
  }

  private INDArray weight(String name) {
    INDArray weight = weights.get(name);
    if (weight == null) {
      throw new IllegalArgumentException("the weights have no " + name);
    }
    return weight;
  }
}
