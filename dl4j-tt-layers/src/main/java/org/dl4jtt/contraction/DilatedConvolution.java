package org.dl4jtt.contraction;

import static org.dl4jtt.contraction.CoreProducts.permuted;

import org.dl4jtt.contraction.ConvGeometry.Extent;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.convolution.Convolution;

/**
 * A convolution with gaps: native im2col to columns [N, (I kH kW), oH, oW], and a 1x1 convolution
 * of those.
 *
 * <p>ND4J 1.0.0-M2.1's conv2d fails in FLOAT with the oneDNN natives for every dilation above one.
 */
final class DilatedConvolution {
  private final DirectConvolution convolution;

  DilatedConvolution(DirectConvolution convolution) {
    this.convolution = convolution;
  }

  void forward(ConvGeometry g, INDArray x, INDArray kernel, INDArray out, Scratch scratch) {
    INDArray columns = columns(g, x, scratch);
    INDArray matrix = columnKernel(g, kernel, scratch);
    ConvGeometry product = product(g);
    if (!g.channelsLast()) {
      convolution.forward(product, columns, matrix, out, scratch);
      return;
    }
    INDArray first = scratch.allocate(x.dataType(), product.outputShape());
    convolution.forward(product, columns, matrix, first, scratch);
    out.assign(first.permute(0, 2, 3, 1));
  }

  void backward(
      ConvGeometry g,
      INDArray x,
      INDArray kernel,
      INDArray outGradient,
      INDArray xGradient,
      INDArray kernelGradient,
      Scratch scratch) {
    ConvGeometry product = product(g);
    INDArray matrix = columnKernel(g, kernel, scratch);
    INDArray columnGradient = scratch.allocate(x.dataType(), product.inputShape());
    INDArray matrixGradient = scratch.allocate(x.dataType(), matrix.shape());
    convolution.backward(
        product,
        columns(g, x, scratch),
        matrix,
        g.channelsLast() ? permuted(outGradient, scratch, 0, 3, 1, 2) : outGradient,
        columnGradient,
        matrixGradient,
        scratch);
    long[] s = g.kernelShape();
    kernelGradient.assign(
        matrixGradient.reshape('c', new long[] {s[0], s[3], s[1], s[2]}).permute(0, 2, 3, 1));
    INDArray xFirst =
        g.channelsLast()
            ? scratch.allocate(x.dataType(), g.batch(), g.inputs(), x.size(1), x.size(2))
            : xGradient;
    Convolution.col2im(
        columnGradient.reshape('c', columnShape(g)),
        xFirst,
        g.stride().height(),
        g.stride().width(),
        g.padding().height(),
        g.padding().width(),
        g.image().height(),
        g.image().width(),
        g.dilation().height(),
        g.dilation().width());
    if (g.channelsLast()) {
      xGradient.assign(xFirst.permute(0, 2, 3, 1));
    }
  }

  /** The columns as an image of I kH kW channels. */
  private static ConvGeometry product(ConvGeometry g) {
    return ConvGeometry.pointwise(
        g.batch(), g.inputs() * g.kernel().area(), g.outputs(), g.outputImage(), false);
  }

  private static INDArray columns(ConvGeometry g, INDArray x, Scratch scratch) {
    INDArray columns = scratch.allocate(x.dataType(), columnShape(g));
    Convolution.im2col(
        g.channelsLast() ? permuted(x, scratch, 0, 3, 1, 2) : x,
        g.kernel().height(),
        g.kernel().width(),
        g.stride().height(),
        g.stride().width(),
        g.padding().height(),
        g.padding().width(),
        g.dilation().height(),
        g.dilation().width(),
        g.same(),
        columns);
    return columns.reshape('c', product(g).inputShape());
  }

  /** [O, 1, 1, (I kH kW)]. */
  private static INDArray columnKernel(ConvGeometry g, INDArray kernel, Scratch scratch) {
    return permuted(kernel, scratch, 0, 3, 1, 2).reshape('c', product(g).kernelShape());
  }

  private static long[] columnShape(ConvGeometry g) {
    Extent out = g.outputImage();
    return new long[] {
      g.batch(), g.inputs(), g.kernel().height(), g.kernel().width(), out.height(), out.width()
    };
  }
}
