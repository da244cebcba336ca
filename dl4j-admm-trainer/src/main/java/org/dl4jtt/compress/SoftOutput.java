package org.dl4jtt.compress;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * How an output of a network is softened by a temperature: by what its loss takes it for.
 *
 * @param kind of output
 * @param channelsLast whether the classes are on the last axis, not on axis 1
 */
record SoftOutput(Kind kind, boolean channelsLast) {

  /** What the numbers of an output are. */
  enum Kind {
    /** Probabilities of classes that exclude each other. */
    CLASSES,
    /** Each a probability of its own. */
    LABELS,
    /** Any numbers. */
    NUMBERS
  }

  /**
   * The outputs of a network.
   *
   * @throws IllegalArgumentException for a loss whose gradient is not linear in the labels
   */
  static List<SoftOutput> of(Model network) {
    List<SoftOutput> outputs = new ArrayList<>();
    if (network instanceof ComputationGraph graph) {
      List<String> names = graph.getConfiguration().getNetworkOutputs();
      for (int i = 0; i < names.size(); i++) {
        outputs.add(of(names.get(i), graph.getOutputLayer(i)));
      }
    } else {
      outputs.add(of("of the network", ((MultiLayerNetwork) network).getOutputLayer()));
    }
    return outputs;
  }

  private static SoftOutput of(String name, Layer layer) {
    var configuration = layer.conf().getLayer();
    ILossFunction loss = null;
    boolean last = false;
    if (configuration instanceof BaseOutputLayer output) {
      loss = output.getLossFn();
      last = output instanceof RnnOutputLayer rnn && rnn.getRnnDataFormat() == RNNFormat.NWC;
    } else if (configuration instanceof LossLayer output) {
      loss = output.getLossFn();
    } else if (configuration instanceof RnnLossLayer output) {
      loss = output.getLossFn();
      last = output.getRnnDataFormat() == RNNFormat.NWC;
    } else if (configuration instanceof CnnLossLayer output) {
      loss = output.getLossFn();
      last = output.getFormat() == CNN2DFormat.NHWC;
    }
    return new SoftOutput(kind(name, loss), last);
  }

  private static Kind kind(String name, @Nullable ILossFunction loss) {
    if ((loss instanceof LossMCXENT && !(loss instanceof LossSparseMCXENT))
        || loss instanceof LossKLD) {
      return Kind.CLASSES;
    }
    if (loss instanceof LossBinaryXENT) {
      return Kind.LABELS;
    }
    argument(
        loss instanceof LossL2,
        "output %s has loss %s; distillation mixes labels, which is right for MCXENT,"
            + " NEGATIVELOGLIKELIHOOD, KL_DIVERGENCE, XENT, MSE and L2",
        name,
        loss == null ? "none" : loss.name());
    return Kind.NUMBERS;
  }

  /** The output at a temperature; numbers have none and stay as they are. */
  INDArray soften(INDArray output, double temperature) {
    if (temperature == 1 || kind == Kind.NUMBERS) {
      return output;
    }
    INDArray powers = Transforms.pow(output, 1 / temperature);
    if (kind == Kind.LABELS) {
      return powers.div(Transforms.pow(output.rsub(1), 1 / temperature).addi(powers));
    }
    int classes = channelsLast ? output.rank() - 1 : 1;
    return powers.div(powers.sum(true, classes).broadcast(powers.shape()));
  }
}
