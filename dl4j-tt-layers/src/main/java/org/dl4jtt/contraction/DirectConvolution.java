package org.dl4jtt.contraction;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One convolution of a plan and its derivative into given arrays: 1x1 as matrix products where that
 * is predicted to be faster, 3x3 by minimal filtering where that pays, with gaps by columns,
 * everything else by ND4J's native operation.
 */
final class DirectConvolution {
  /** Kernels are [O, kH, kW, I]. */
  private static final int OUTPUTS_POSITIONS_INPUTS = 2;

  private final Products products;
  private final Pointwise pointwise;
  private final DilatedConvolution dilated;

  DirectConvolution(Products products) {
    this.products = products;
    this.pointwise = new Pointwise(products);
    this.dilated = new DilatedConvolution(this);
  }

  /**
   * out = x * kernel.
   *
   * @param x 'c' ordered, of the geometry's input shape
   * @param kernel [O, kH, kW, I]
   */
  void forward(ConvGeometry geometry, INDArray x, INDArray kernel, INDArray out, Scratch scratch) {
    if (geometry.isDilated()) {
      dilated.forward(geometry, x, kernel, out, scratch);
      return;
    }
    if (ConvCost.isFasterAsProducts(geometry, products)) {
      pointwise.forward(geometry, x, kernel, out);
      return;
    }
    if (Winograd.isFaster(geometry, x.dataType())) {
      Winograd.forward(geometry, x, kernel, out, scratch);
      return;
    }
    Nd4j.exec(operation("conv2d", geometry).addInputs(x, kernel).addOutputs(out).build());
  }

  /** Gradients of input and kernel, both overwritten. */
  void backward(
      ConvGeometry geometry,
      INDArray x,
      INDArray kernel,
      INDArray outGradient,
      INDArray xGradient,
      INDArray kernelGradient,
      Scratch scratch) {
    if (geometry.isDilated()) {
      dilated.backward(geometry, x, kernel, outGradient, xGradient, kernelGradient, scratch);
      return;
    }
    if (ConvCost.isFasterAsProducts(geometry, products)) {
      pointwise.backward(geometry, x, kernel, outGradient, xGradient, kernelGradient);
      return;
    }
    Nd4j.exec(
        operation("conv2d_bp", geometry)
            .addInputs(x, kernel, outGradient)
            .addOutputs(xGradient, kernelGradient)
            .build());
  }

  private static DynamicCustomOp.DynamicCustomOpsBuilder operation(String name, ConvGeometry g) {
    return DynamicCustomOp.builder(name)
        .addIntegerArguments(
            g.kernel().height(),
            g.kernel().width(),
            g.stride().height(),
            g.stride().width(),
            g.padding().height(),
            g.padding().width(),
            g.dilation().height(),
            g.dilation().width(),
            g.same() ? 1 : 0,
            g.channelsLast() ? 1 : 0,
            OUTPUTS_POSITIONS_INPUTS);
  }
}
