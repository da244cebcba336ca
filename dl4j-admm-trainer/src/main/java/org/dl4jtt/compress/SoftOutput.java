package org.dl4jtt.compress;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;

/**
 * An output of a network that can learn from a teacher: what its numbers are, and where its loss is
 * kept.
 *
 * @param kind of output
 * @param classAxis of the labels: 1, or −1 for the last
 * @param sideBySide whether labels and a teacher's outputs can stand side by side; else the layer
 *     wants labels of its own shape, and they are mixed
 * @param loss of the network itself
 * @param setLoss puts another loss into the layer's configuration
 */
record SoftOutput(
    Kind kind,
    int classAxis,
    boolean sideBySide,
    ILossFunction loss,
    Consumer<ILossFunction> setLoss) {

  /** What the numbers of an output are. */
  enum Kind {
    /** Probabilities of classes that exclude each other: a softmax. */
    CLASSES,
    /** Each a probability of its own: sigmoids. */
    LABELS,
    /** Any numbers, or probabilities whose logits the loss does not see. */
    NUMBERS
  }

  /**
   * Returns the outputs of a network, in its own order.
   *
   * @throws IllegalArgumentException naming an output whose loss cannot learn from soft labels
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
    argument(
        !(configuration instanceof CenterLossOutputLayer),
        "output %s is a CenterLossOutputLayer, which keeps a centre for each label; it cannot learn"
            + " from soft labels: switch distillation off",
        name);
    if (configuration instanceof BaseOutputLayer output) {
      boolean last =
          output instanceof RnnOutputLayer rnn && rnn.getRnnDataFormat() == RNNFormat.NWC;
      return of(name, output, output.getLossFn(), output::setLossFn, last);
    }
    if (configuration instanceof LossLayer output) {
      return of(name, output, output.getLossFn(), output::setLossFn, false);
    }
    if (configuration instanceof RnnLossLayer output) {
      boolean last = output.getRnnDataFormat() == RNNFormat.NWC;
      return of(name, output, output.getLossFn(), output::setLossFn, last);
    }
    if (configuration instanceof CnnLossLayer output) {
      boolean last = output.getFormat() == CNN2DFormat.NHWC;
      return of(name, output, output.getLossFn(), output::setLossFn, last);
    }
    throw new IllegalArgumentException(
        "output "
            + name
            + " is a "
            + configuration.getClass().getSimpleName()
            + ", which cannot learn from soft labels: switch distillation off");
  }

  private static SoftOutput of(
      String name,
      BaseLayer layer,
      ILossFunction loss,
      Consumer<ILossFunction> setLoss,
      boolean channelsLast) {
    return new SoftOutput(
        kind(name, loss, layer.getActivationFn()),
        channelsLast ? -1 : 1,
        !(layer instanceof CnnLossLayer),
        loss,
        setLoss);
  }

  private static Kind kind(String name, @Nullable ILossFunction loss, IActivation activation) {
    boolean classes =
        (loss instanceof LossMCXENT && !(loss instanceof LossSparseMCXENT))
            || loss instanceof LossKLD;
    argument(
        classes || loss instanceof LossBinaryXENT || loss instanceof LossL2,
        "output %s has loss %s; a teacher's outputs can stand for labels with MCXENT,"
            + " NEGATIVELOGLIKELIHOOD, KL_DIVERGENCE, XENT, MSE and L2: switch distillation off",
        name,
        loss == null ? "none" : loss.name());
    if (classes && activation instanceof ActivationSoftmax) {
      return Kind.CLASSES;
    }
    return loss instanceof LossBinaryXENT && activation instanceof ActivationSigmoid
        ? Kind.LABELS
        : Kind.NUMBERS;
  }
}
