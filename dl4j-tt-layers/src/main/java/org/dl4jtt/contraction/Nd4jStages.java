package org.dl4jtt.contraction;

import java.util.ArrayList;
import java.util.List;
import org.dl4jtt.internal.onednn.Images;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Broadcast;

/** Each convolution apart, by {@link DirectConvolution}; everything between them in 'c' order. */
final class Nd4jStages implements Stages {
  private final List<ConvGeometry> stages;
  private final int channelAxis;
  private final DirectConvolution convolution;

  Nd4jStages(ConvPlan plan, Products products) {
    this.stages = plan.stages();
    this.channelAxis = plan.geometry().channelsLast() ? 3 : 1;
    this.convolution = new DirectConvolution(products);
  }

  @Override
  public boolean takesChannelsLast() {
    return false;
  }

  @Override
  public List<INDArray> forward(
      INDArray x,
      List<INDArray> kernels,
      @Nullable INDArray bias,
      INDArray z,
      Scratch kept,
      Scratch buffers) {
    List<INDArray> between = new ArrayList<>();
    INDArray from = inOrder(x, buffers);
    int last = stages.size() - 1;
    for (int s = 0; s < last; s++) {
      INDArray to = kept.allocate(x.dataType(), stages.get(s).outputShape());
      convolution.forward(stages.get(s), from, kernels.get(s), to, buffers);
      from = to.reshape('c', stages.get(s + 1).inputShape());
      between.add(from);
    }
    INDArray to = isInOrder(z) ? z : buffers.allocate(z.dataType(), z.shape());
    convolution.forward(stages.get(last), from, kernels.get(last), to, buffers);
    if (bias != null) {
      Broadcast.add(to, bias, to, channelAxis);
    }
    if (to != z) {
      z.assign(to);
    }
    return between;
  }

  @Override
  public void backward(
      INDArray x,
      List<INDArray> kernels,
      List<INDArray> between,
      INDArray zGradient,
      INDArray xGradient,
      List<INDArray> kernelGradients,
      @Nullable INDArray biasGradient,
      Scratch buffers) {
    INDArray gradient = inOrder(zGradient, buffers);
    if (biasGradient != null) {
      gradient.sum(biasGradient, 0, channelAxis == 1 ? 2 : 1, channelAxis == 1 ? 3 : 2);
    }
    for (int s = stages.size() - 1; s >= 0; s--) {
      ConvGeometry stage = stages.get(s);
      INDArray from = s == 0 ? inOrder(x, buffers) : between.get(s - 1);
      INDArray to =
          s == 0 && isInOrder(xGradient)
              ? xGradient
              : buffers.allocate(x.dataType(), stage.inputShape());
      convolution.backward(
          stage,
          from,
          kernels.get(s),
          gradient.reshape('c', stage.outputShape()),
          to,
          kernelGradients.get(s),
          buffers);
      gradient = to;
    }
    if (gradient != xGradient) {
      xGradient.assign(gradient);
    }
  }

  /** Whatever the shape: 'c' order without gaps. */
  private static boolean isInOrder(INDArray array) {
    return Images.isChannelsFirst(array);
  }

  private static INDArray inOrder(INDArray array, Scratch buffers) {
    return isInOrder(array)
        ? array
        : buffers.allocate(array.dataType(), array.shape()).assign(array);
  }
}
