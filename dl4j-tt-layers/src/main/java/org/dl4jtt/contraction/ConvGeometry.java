package org.dl4jtt.contraction;

import static org.dl4jtt.internal.Check.argument;

import java.util.Locale;
import org.dl4jtt.internal.onednn.Window;

/**
 * The sizes of one two-dimensional convolution on one batch.
 *
 * @param batch N
 * @param inputs input channels, I
 * @param outputs output channels, O
 * @param image height and width of the input
 * @param kernel height and width
 * @param stride vertical and horizontal
 * @param padding rows above and columns to the left of the image; below and to the right there is
 *     as much, or what {@code same} needs
 * @param dilation vertical and horizontal, 1 for an ordinary convolution
 * @param same true if the output has ⌈image / stride⌉ positions whatever the padding
 * @param channelsLast true for [N, H, W, C], false for [N, C, H, W]
 */
public record ConvGeometry(
    int batch,
    int inputs,
    int outputs,
    Extent image,
    Extent kernel,
    Extent stride,
    Extent padding,
    Extent dilation,
    boolean same,
    boolean channelsLast) {

  /** A height and a width. */
  public record Extent(int height, int width) {
    /** 1 × 1. */
    public static final Extent ONE = new Extent(1, 1);

    /** 0 × 0. */
    public static final Extent ZERO = new Extent(0, 0);

    /** Height times width. */
    public int area() {
      return height * width;
    }

    @Override
    public String toString() {
      return height + "x" + width;
    }
  }

  /** Checks that the kernel fits. */
  public ConvGeometry {
    argument(batch > 0 && inputs > 0 && outputs > 0, "batch and channels must be positive");
    argument(
        same
            || (effective(kernel.height, dilation.height) <= image.height + 2 * padding.height
                && effective(kernel.width, dilation.width) <= image.width + 2 * padding.width),
        "a kernel of %s with dilation %s does not fit an image of %s padded by %s",
        kernel,
        dilation,
        image,
        padding);
  }

  /** A convolution by a 1x1 kernel: the same matrix at every position of the image. */
  static ConvGeometry pointwise(
      int batch, int inputs, int outputs, Extent image, boolean channelsLast) {
    return new ConvGeometry(
        batch,
        inputs,
        outputs,
        image,
        Extent.ONE,
        Extent.ONE,
        Extent.ZERO,
        Extent.ONE,
        false,
        channelsLast);
  }

  /** The same windows over other channels. */
  ConvGeometry channels(int otherBatch, int otherInputs, int otherOutputs) {
    return new ConvGeometry(
        otherBatch,
        otherInputs,
        otherOutputs,
        image,
        kernel,
        stride,
        padding,
        dilation,
        same,
        channelsLast);
  }

  /** The same convolution with so many rows above and columns to the left. */
  public ConvGeometry padded(Extent otherPadding) {
    return new ConvGeometry(
        batch, inputs, outputs, image, kernel, stride, otherPadding, dilation, same, channelsLast);
  }

  /** Height and width of the output. */
  public Extent outputImage() {
    return new Extent(
        positions(image.height, kernel.height, stride.height, padding.height, dilation.height),
        positions(image.width, kernel.width, stride.width, padding.width, dilation.width));
  }

  /** True if every output position is a matrix product with the input at the same position. */
  boolean isPointwise() {
    return kernel.equals(Extent.ONE) && stride.equals(Extent.ONE) && outputImage().equals(image);
  }

  boolean isDilated() {
    return dilation.height > 1 || dilation.width > 1;
  }

  /** The same sizes as oneDNN is given them. */
  public Window window() {
    return new Window(
        batch,
        inputs,
        outputs,
        size(image),
        size(outputImage()),
        size(kernel),
        size(stride),
        size(dilation),
        size(padding));
  }

  private static Window.Size size(Extent extent) {
    return new Window.Size(extent.height, extent.width);
  }

  /** The shape of the input. */
  public long[] inputShape() {
    return shape(inputs, image);
  }

  /** The shape of the output. */
  public long[] outputShape() {
    return shape(outputs, outputImage());
  }

  /** [O, kH, kW, I]: the kernel's layout in this package. */
  long[] kernelShape() {
    return new long[] {outputs, kernel.height, kernel.width, inputs};
  }

  /** Two for every multiply-add. */
  public long flops() {
    return 2L * batch * outputImage().area() * outputs * inputs * kernel.area();
  }

  /** The numbers in the kernel. */
  double kernelLength() {
    return (double) outputs * inputs * kernel.area();
  }

  private long[] shape(long channels, Extent extent) {
    return channelsLast
        ? new long[] {batch, extent.height, extent.width, channels}
        : new long[] {batch, channels, extent.height, extent.width};
  }

  private int positions(int size, int window, int step, int pad, int spread) {
    return same
        ? (size + step - 1) / step
        : (size + 2 * pad - effective(window, spread)) / step + 1;
  }

  private static int effective(int window, int spread) {
    return (window - 1) * spread + 1;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d x %d->%d channels, %s by %s%s%s -> %s%s",
        batch,
        inputs,
        outputs,
        image,
        kernel,
        stride.equals(Extent.ONE) ? "" : " stride " + stride,
        isDilated() ? " dilation " + dilation : "",
        outputImage(),
        channelsLast ? " NHWC" : "");
  }
}
