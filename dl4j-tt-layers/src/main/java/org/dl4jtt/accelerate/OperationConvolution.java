package org.dl4jtt.accelerate;

import org.dl4jtt.contraction.ConvGeometry;
import org.dl4jtt.contraction.Scratch;
import org.dl4jtt.contraction.Winograd;
import org.dl4jtt.internal.onednn.Images;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Broadcast;
import org.nd4j.linalg.factory.Nd4j;

/**
 * By ND4J's operations {@code conv2d} and {@code conv2d_bp}, or {@link Winograd}, on arrays in 'c'
 * order.
 */
final class OperationConvolution implements ConvolutionKernel {
  private static final int WEIGHTS_OUT_IN_H_W = 1;

  @Override
  public boolean reads(ConvGeometry geometry, INDArray images) {
    return Images.isChannelsFirst(images);
  }

  @Override
  public boolean takesChannelsLast() {
    return false;
  }

  @Override
  public void forward(
      ConvGeometry g,
      INDArray x,
      INDArray weights,
      @Nullable INDArray bias,
      INDArray z,
      Scratch scratch) {
    if (Winograd.isFaster(g, DataType.FLOAT)) {
      Winograd.forward(g, x, weights.permute(0, 2, 3, 1), z, scratch);
      if (bias != null) {
        Broadcast.add(
            z, bias.reshape('c', new long[] {bias.length()}), z, g.channelsLast() ? 3 : 1);
      }
      return;
    }
    Nd4j.exec(
        DynamicCustomOp.builder("conv2d")
            .addInputs(
                bias == null ? new INDArray[] {x, weights} : new INDArray[] {x, weights, bias})
            .addOutputs(z)
            .addIntegerArguments(arguments(g))
            .build());
  }

  @Override
  public void backward(
      ConvGeometry g,
      INDArray x,
      INDArray weights,
      @Nullable INDArray bias,
      INDArray dz,
      INDArray dx,
      INDArray weightGradient,
      @Nullable INDArray biasGradient,
      Scratch scratch) {
    Nd4j.exec(
        DynamicCustomOp.builder("conv2d_bp")
            .addInputs(
                bias == null
                    ? new INDArray[] {x, weights, dz}
                    : new INDArray[] {x, weights, bias, dz})
            .addOutputs(
                biasGradient == null
                    ? new INDArray[] {dx, weightGradient}
                    : new INDArray[] {dx, weightGradient, biasGradient})
            .addIntegerArguments(arguments(g))
            .build());
  }

  private static int[] arguments(ConvGeometry g) {
    return new int[] {
      g.kernel().height(),
      g.kernel().width(),
      g.stride().height(),
      g.stride().width(),
      g.padding().height(),
      g.padding().width(),
      1,
      1,
      g.same() ? 1 : 0,
      g.channelsLast() ? 1 : 0,
      WEIGHTS_OUT_IN_H_W
    };
  }
}
