package org.dl4jtt.tool.model;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;

/**
 * What a model was trained for, as its loss and its last activation tell.
 *
 * @param family of tasks
 * @param outputs numbers for each example or step; 0 if not known
 * @param sparse its loss takes the number of a class in place of 0s and a 1
 * @param signs its loss takes -1 and 1 in place of 0 and 1
 * @param middle a single output above it means the second of two classes
 */
public record ModelTask(Family family, int outputs, boolean sparse, boolean signs, double middle) {

  /** Families of tasks. */
  public enum Family {
    /** One of several classes; of two, where there is one output. */
    CLASSES,
    /** Any number of labels at a time. */
    LABELS,
    /** Numbers. */
    NUMBERS
  }

  /** Looks at the last layer of a model. */
  public static ModelTask of(Model model) {
    List<Layer> path = new ArrayList<>();
    if (model instanceof MultiLayerNetwork network) {
      for (var layer : network.getLayers()) {
        path.add(0, layer.conf().getLayer());
      }
    } else {
      addPath((ComputationGraph) model, path);
    }
    return of(path);
  }

  /** The first output and what leads to it, backwards, as far as there is one way. */
  private static void addPath(ComputationGraph graph, List<Layer> path) {
    String name = graph.getConfiguration().getNetworkOutputs().get(0);
    while (name != null) {
      if (graph.getVertex(name) != null && graph.getVertex(name).hasLayer()) {
        path.add(graph.getVertex(name).getLayer().conf().getLayer());
      }
      List<String> before = graph.getConfiguration().getVertexInputs().get(name);
      name = before == null || before.isEmpty() ? null : before.get(0);
    }
  }

  private static ModelTask of(List<Layer> backwards) {
    Layer last = backwards.get(0);
    ILossFunction loss = loss(last);
    IActivation activation = last instanceof BaseLayer base ? base.getActivationFn() : null;
    int outputs =
        backwards.stream()
            .filter(layer -> layer instanceof FeedForwardLayer f && f.getNOut() > 0)
            .map(layer -> Math.toIntExact(((FeedForwardLayer) layer).getNOut()))
            .findFirst()
            .orElse(0);
    boolean signs = loss instanceof LossHinge || loss instanceof LossSquaredHinge;
    boolean sigmoid = activation instanceof ActivationSigmoid;
    return new ModelTask(
        family(loss, activation, outputs),
        outputs,
        loss instanceof LossSparseMCXENT,
        signs,
        sigmoid || activation instanceof ActivationSoftmax ? 0.5 : 0);
  }

  private static Family family(
      @Nullable ILossFunction loss, @Nullable IActivation activation, int outputs) {
    boolean hinge = loss instanceof LossHinge || loss instanceof LossSquaredHinge;
    if (hinge
        || loss instanceof LossMCXENT
        || loss instanceof LossKLD
        || activation instanceof ActivationSoftmax) {
      return Family.CLASSES;
    }
    boolean binary =
        loss instanceof LossBinaryXENT
            || loss instanceof LossFMeasure
            || (loss == null && activation instanceof ActivationSigmoid);
    if (binary) {
      return outputs == 1 ? Family.CLASSES : Family.LABELS;
    }
    return Family.NUMBERS;
  }

  private static @Nullable ILossFunction loss(Layer layer) {
    if (layer instanceof BaseOutputLayer output) {
      return output.getLossFn();
    }
    if (layer instanceof LossLayer output) {
      return output.getLossFn();
    }
    if (layer instanceof RnnLossLayer output) {
      return output.getLossFn();
    }
    return layer instanceof CnnLossLayer output ? output.getLossFn() : null;
  }
}
