package org.dl4jtt.accelerate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.impl.ElementWiseVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.internal.onednn.Copy;
import org.dl4jtt.internal.onednn.Images;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The sum of a shortcut and what it goes past, {@code y = Σ x_k}, of images [N, C, H, W] with
 * channels first or last in memory, each its own way: the stock vertex takes 25 times as long
 * unless all are in 'c' order. Other sums are the stock vertex's.
 */
@SuppressWarnings("overrides") // of setInputs, in the stock class itself
final class NativeAdd extends ElementWiseVertex {
  private transient boolean channelsLastOutput;
  private transient boolean[] gradientAsInput = {};
  private transient boolean ofImages;

  /** In the place of {@code stock}, a sum. */
  NativeAdd(ComputationGraph graph, ElementWiseVertex stock) {
    super(
        graph,
        stock.getVertexName(),
        stock.getVertexIndex(),
        stock.getInputVertices(),
        stock.getOutputVertices(),
        Op.Add,
        DataType.FLOAT);
    setOutputVertex(stock.isOutputVertex());
  }

  /** The stock vertex in the place of this one. */
  ElementWiseVertex stock() {
    ElementWiseVertex stock =
        new ElementWiseVertex(
            graph, vertexName, vertexIndex, inputVertices, outputVertices, Op.Add, dataType);
    stock.setOutputVertex(isOutputVertex());
    return stock;
  }

  static boolean supports(ComputationGraph graph, ElementWiseVertex vertex) {
    return vertex.getClass() == ElementWiseVertex.class
        && graph.getConfiguration().getDataType() == DataType.FLOAT
        && graph.getConfiguration().getVertices().get(vertex.getVertexName())
            instanceof org.deeplearning4j.nn.conf.graph.ElementWiseVertex conf
        && conf.getOp() == org.deeplearning4j.nn.conf.graph.ElementWiseVertex.Op.Add;
  }

  /**
   * As a layer's {@link org.dl4jtt.internal.onednn.ImageLayer#channelsLast}, with a flag for each
   * input's gradient.
   */
  void channelsLast(boolean output, boolean... inputGradients) {
    channelsLastOutput = output;
    gradientAsInput = inputGradients;
  }

  @Override
  public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
    ofImages = inputs.length > 1 && Arrays.stream(inputs).allMatch(this::isSummand);
    if (!ofImages) {
      return super.doForward(training, workspaces);
    }
    boolean last = channelsLastOutput && !Arrays.stream(inputs).allMatch(Images::isChannelsFirst);
    INDArray y =
        ContiguousArrays.create(inputs[0].shape(), last, ArrayType.ACTIVATIONS, workspaces);
    // What lies in another order is copied to y and added to there.
    List<INDArray> summands =
        Arrays.stream(inputs).sorted(Comparator.comparing(x -> liesAs(y, x))).toList();
    INDArray first = summands.get(0);
    INDArray sum = liesAs(y, first) ? first : Copy.copy(first, y);
    for (INDArray x : summands.subList(1, summands.size())) {
      INDArray next = ContiguousArrays.as(y, x, ArrayType.FF_WORKING_MEM, workspaces);
      Images.flat(sum).addi(Images.flat(next), Images.flat(y));
      sum = y;
    }
    return y;
  }

  private boolean isSummand(INDArray x) {
    return x.dataType() == DataType.FLOAT
        && x.equalShapes(inputs[0])
        && x.rank() == 4
        && (Images.isChannelsFirst(x) || Images.isChannelsLast(x));
  }

  private static boolean liesAs(INDArray y, INDArray x) {
    return Images.isChannelsFirst(y) == Images.isChannelsFirst(x);
  }

  @Override
  public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaces) {
    if (!ofImages) {
      return super.doBackward(tbptt, workspaces);
    }
    if (!canDoBackward()) {
      throw new IllegalStateException("Cannot do backward pass: errors not set");
    }
    INDArray[] gradients = new INDArray[inputs.length];
    for (int k = 0; k < gradients.length; k++) {
      boolean last = gradientAsInput[k] && !Images.isChannelsFirst(inputs[k]);
      gradients[k] =
          Copy.copy(
              epsilon,
              ContiguousArrays.create(
                  epsilon.shape(), last, ArrayType.ACTIVATION_GRAD, workspaces));
    }
    return new Pair<>(null, gradients);
  }
}
