package org.dl4jtt.contraction;

import org.dl4jtt.contraction.Product.Operand;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A 1x1 convolution as matrix products on memory as it lies.
 *
 * <pre>
 *   NCHW   for each example   y [O, HW]  = W [O, I] x [I, HW]
 *   NHWC   once               y [NHW, O] = x [NHW, I] Wᵀ
 * </pre>
 */
final class Pointwise {
  private final Products products;

  Pointwise(Products products) {
    this.products = products;
  }

  void forward(ConvGeometry g, INDArray x, INDArray kernel, INDArray out) {
    if (g.channelsLast()) {
      products.multiply(forward(g), flat(x), flat(kernel), flat(out));
    } else {
      products.multiply(forward(g), flat(kernel), flat(x), flat(out));
    }
  }

  /** Gradients of input and kernel, both overwritten. */
  void backward(
      ConvGeometry g,
      INDArray x,
      INDArray kernel,
      INDArray outGradient,
      INDArray xGradient,
      INDArray kernelGradient) {
    if (g.channelsLast()) {
      long positions = positions(g);
      products.multiply(
          Product.single(positions, g.outputs(), g.inputs()),
          flat(outGradient),
          flat(kernel),
          flat(xGradient));
      products.multiply(
          once(
              g.outputs(),
              positions,
              g.inputs(),
              new Operand(true, g.outputs(), 0, 0),
              Operand.of(g.inputs(), 0, 0)),
          flat(outGradient),
          flat(x),
          flat(kernelGradient));
    } else {
      Product p = forward(g);
      products.multiply(p.gradientOfB(), flat(kernel), flat(outGradient), flat(xGradient));
      products.multiply(p.gradientOfA(), flat(outGradient), flat(x), flat(kernelGradient));
    }
  }

  /** The products of a forward pass. */
  static Product forward(ConvGeometry g) {
    if (g.channelsLast()) {
      return once(
          positions(g),
          g.inputs(),
          g.outputs(),
          Operand.of(g.inputs(), 0, 0),
          new Operand(true, g.inputs(), 0, 0));
    }
    long area = g.image().area();
    return Product.of(
        g.outputs(),
        g.inputs(),
        area,
        Operand.of(g.inputs(), 0, 0),
        Operand.of(area, 0, g.inputs() * area),
        Operand.of(area, 0, g.outputs() * area),
        1,
        g.batch());
  }

  private static Product once(long rows, long inner, long columns, Operand a, Operand b) {
    return Product.of(rows, inner, columns, a, b, Operand.of(columns, 0, 0), 1, 1);
  }

  private static long positions(ConvGeometry g) {
    return (long) g.batch() * g.image().area();
  }

  private static INDArray flat(INDArray array) {
    return array.reshape('c', new long[] {array.length()});
  }
}
