package org.dl4jtt.internal.onednn;

import org.bytedeco.javacpp.LongPointer;

/**
 * The sizes of a convolution: {@code z(n, o, h, w) = Σ W(o, i, p, q) x(n, i, s h + d p - l, s w + d
 * q - l)}.
 *
 * @param batch N
 * @param inputs I
 * @param outputs O
 * @param image height and width of x
 * @param outputImage height and width of z
 * @param kernel heights and widths, as all that follow
 * @param stride s
 * @param dilation d, 1 for none
 * @param padding l, above and to the left; below and to the right it follows from the rest
 */
public record Window(
    int batch,
    int inputs,
    int outputs,
    Size image,
    Size outputImage,
    Size kernel,
    Size stride,
    Size dilation,
    Size padding) {

  /** Height and width. */
  public record Size(int height, int width) {
    static final Size ONE = new Size(1, 1);

    LongPointer pointer() {
      return new LongPointer((long) height, width);
    }
  }

  private static final Size FILTERED = new Size(3, 3);
  private static final int LEAST_CHANNELS = 16;
  private static final int LEAST_PRODUCT = 1024; // 16 by 16 channels are faster directly

  long[] x() {
    return new long[] {batch, inputs, image.height, image.width};
  }

  long[] z() {
    return new long[] {batch, outputs, outputImage.height, outputImage.width};
  }

  /** The kernel's shape, [O, I, kH, kW]. */
  public long[] w() {
    return new long[] {outputs, inputs, kernel.height, kernel.width};
  }

  /** Below and to the right; negative where the last rows are not looked at. */
  Size paddingBehind() {
    return new Size(
        behind(
            outputImage.height,
            stride.height,
            dilation.height,
            kernel.height,
            image.height,
            padding.height),
        behind(
            outputImage.width,
            stride.width,
            dilation.width,
            kernel.width,
            image.width,
            padding.width));
  }

  private static int behind(int out, int stride, int dilation, int kernel, int in, int before) {
    return (out - 1) * stride + (kernel - 1) * dilation + 1 - in - before;
  }

  /** Numbers between those of the kernel. */
  Size gaps() {
    return new Size(dilation.height - 1, dilation.width - 1);
  }

  /** True if F(4x4, 3x3) does it, minimal filtering, where the processor has AVX-512. */
  public boolean isFiltered() {
    return kernel.equals(FILTERED)
        && stride.equals(Size.ONE)
        && dilation.equals(Size.ONE)
        && padding.equals(Size.ONE)
        && paddingBehind().equals(Size.ONE)
        && Math.min(inputs, outputs) >= LEAST_CHANNELS
        && (long) inputs * outputs >= LEAST_PRODUCT;
  }
}
