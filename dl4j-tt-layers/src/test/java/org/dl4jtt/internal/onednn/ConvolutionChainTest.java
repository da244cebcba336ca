package org.dl4jtt.internal.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.function.LongFunction;
import org.dl4jtt.internal.onednn.Window.Size;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Convolutions by oneDNN against ND4J's operation in DOUBLE, which has nothing to do with oneDNN.
 */
class ConvolutionChainTest {
  private static final LongFunction<INDArray> BUFFERS =
      n -> Nd4j.createUninitialized(DataType.FLOAT, n);

  @BeforeAll
  static void needsOneDnn() {
    assumeTrue(OneDnn.isAvailable(), "oneDNN (org.bytedeco:dnnl) has no natives for this platform");
  }

  @ParameterizedTest(
      name = "{0} of {1} -> {2}, image {3}x{4}, kernel {5}, stride {6}, padding {7}, dilation {8}")
  @CsvSource({
    "2, 3, 5, 7, 6, 3, 1, 1, 1",
    "2, 16, 16, 8, 8, 3, 1, 1, 1",
    "3, 32, 48, 9, 9, 3, 1, 1, 1",
    "2, 33, 40, 6, 10, 3, 1, 1, 1",
    "2, 8, 4, 9, 9, 3, 2, 1, 1",
    "2, 5, 6, 8, 8, 2, 2, 0, 1",
    "2, 5, 6, 8, 8, 3, 2, 0, 1",
    "2, 7, 9, 5, 5, 1, 1, 0, 1",
    "2, 6, 4, 11, 11, 3, 1, 2, 2",
    "1, 20, 24, 1, 1, 1, 1, 0, 1",
  })
  void isTheConvolutionOfItsDefinition(
      int n, int in, int out, int h, int w, int k, int s, int p, int d) {
    Nd4j.getRandom().setSeed(41);
    Window window = window(n, in, out, h, w, k, s, p, d);
    INDArray x = Nd4j.randn(DataType.FLOAT, window.x());
    INDArray kernel = Nd4j.randn(DataType.FLOAT, window.w()).divi(Math.sqrt(in * k * k));
    INDArray b = Nd4j.randn(DataType.FLOAT, out);
    INDArray dz = Nd4j.randn(DataType.FLOAT, window.z());
    Result expected = byOperation(window, x, kernel, b, dz);
    for (boolean last : new boolean[] {false, true}) {
      for (boolean turned : new boolean[] {false, true}) {
        Result actual =
            byChain(
                window,
                layout(x, last),
                turned ? turned(kernel) : kernel,
                b,
                layout(dz, last),
                last);
        check(actual, expected);
      }
    }
  }

  private record Result(INDArray z, INDArray dx, INDArray dw, INDArray db) {}

  private static void check(Result actual, Result expected) {
    close("z", actual.z, expected.z);
    close("dx", actual.dx, expected.dx);
    close("dw", actual.dw, expected.dw);
    close("db", actual.db, expected.db);
  }

  /**
   * 2e-5 of the largest: minimal filtering in float is at 2e-6, sums of hundreds of numbers above.
   */
  private static void close(String what, INDArray actual, INDArray expected) {
    INDArray difference = actual.castTo(DataType.DOUBLE).sub(expected);
    assertThat(difference.amaxNumber().doubleValue())
        .as(what)
        .isLessThan(2e-5 * Math.max(1, expected.amaxNumber().doubleValue()));
  }

  private static Window window(int n, int in, int out, int h, int w, int k, int s, int p, int d) {
    int reach = (k - 1) * d + 1;
    return new Window(
        n,
        in,
        out,
        new Size(h, w),
        new Size((h + 2 * p - reach) / s + 1, (w + 2 * p - reach) / s + 1),
        new Size(k, k),
        new Size(s, s),
        new Size(d, d),
        new Size(p, p));
  }

  private static INDArray layout(INDArray images, boolean channelsLast) {
    return channelsLast ? images.permute(0, 2, 3, 1).dup('c').permute(0, 3, 1, 2) : images;
  }

  /** The same kernel, [O, kH, kW, I] in memory. */
  private static INDArray turned(INDArray kernel) {
    return layout(kernel, true);
  }

  private static Result byChain(
      Window window, INDArray x, INDArray w, INDArray b, INDArray dz, boolean channelsLast) {
    INDArray z = layout(Nd4j.create(DataType.FLOAT, window.z()), channelsLast);
    INDArray dx = layout(Nd4j.create(DataType.FLOAT, window.x()), channelsLast);
    INDArray dw = w.ulike();
    INDArray dwLikeW = Format.of(dw).equals(Format.of(w)) ? dw : turned(dw);
    INDArray db = Nd4j.create(DataType.FLOAT, b.length());
    ConvolutionChain chain =
        new ConvolutionChain(
            List.of(window), Format.of(x), List.of(Format.of(w)), Format.of(z), true);
    List<INDArray> between = chain.forward(x, List.of(w), b, z, BUFFERS, BUFFERS);
    assertThat(between).isEmpty();
    chain.backward(x, List.of(w), between, dz, dx, List.of(dwLikeW), db, BUFFERS);
    INDArray inferred = layout(Nd4j.create(DataType.FLOAT, window.z()), channelsLast);
    chain.infer(x, 0, () -> List.of(w), b, inferred, BUFFERS);
    close("inferred", inferred, z.castTo(DataType.DOUBLE));
    return new Result(z, dx, dwLikeW, db);
  }

  private static Result byOperation(Window g, INDArray x, INDArray w, INDArray b, INDArray dz) {
    int[] arguments = {
      g.kernel().height(),
      g.kernel().width(),
      g.stride().height(),
      g.stride().width(),
      g.padding().height(),
      g.padding().width(),
      g.dilation().height(),
      g.dilation().width(),
      0,
      0,
      1
    };
    INDArray[] in = {
      x.castTo(DataType.DOUBLE), w.castTo(DataType.DOUBLE), b.castTo(DataType.DOUBLE)
    };
    INDArray z = Nd4j.create(DataType.DOUBLE, g.z());
    Nd4j.exec(
        DynamicCustomOp.builder("conv2d")
            .addInputs(in)
            .addOutputs(z)
            .addIntegerArguments(arguments)
            .build());
    INDArray dx = Nd4j.create(DataType.DOUBLE, g.x());
    INDArray dw = Nd4j.create(DataType.DOUBLE, g.w());
    INDArray db = Nd4j.create(DataType.DOUBLE, b.length());
    Nd4j.exec(
        DynamicCustomOp.builder("conv2d_bp")
            .addInputs(in[0], in[1], in[2], dz.castTo(DataType.DOUBLE))
            .addOutputs(dx, dw, db)
            .addIntegerArguments(arguments)
            .build());
    return new Result(z, dx, dw, db);
  }

  /**
   * Three convolutions are the three of them one by one, whose results go by way of plain arrays.
   */
  @ParameterizedTest(name = "channels last: {0}")
  @CsvSource({"false", "true"})
  void chainsAreTheirConvolutionsOneByOne(boolean last) {
    Nd4j.getRandom().setSeed(42);
    List<Window> windows =
        List.of(
            window(2, 40, 33, 12, 12, 1, 1, 0, 1),
            window(2, 33, 35, 12, 12, 3, 1, 1, 1),
            window(2, 35, 20, 12, 12, 1, 1, 0, 1));
    INDArray x = layout(Nd4j.randn(DataType.FLOAT, windows.get(0).x()), last);
    List<INDArray> kernels =
        windows.stream().map(g -> Nd4j.randn(DataType.FLOAT, g.w()).divi(10)).toList();
    INDArray b = Nd4j.randn(DataType.FLOAT, 20);
    INDArray dz = layout(Nd4j.randn(DataType.FLOAT, windows.get(2).z()), last);

    INDArray zero = Nd4j.zeros(DataType.FLOAT, 40);
    Result first =
        byOperation(
            windows.get(0),
            x,
            kernels.get(0),
            zero.get(org.nd4j.linalg.indexing.NDArrayIndex.interval(0, 33)).dup(),
            Nd4j.zeros(DataType.FLOAT, windows.get(0).z()));
    Result second =
        byOperation(
            windows.get(1),
            first.z,
            kernels.get(1),
            Nd4j.zeros(DataType.FLOAT, 35),
            Nd4j.zeros(DataType.FLOAT, windows.get(1).z()));
    Result third = byOperation(windows.get(2), second.z, kernels.get(2), b, dz);
    second =
        byOperation(
            windows.get(1), first.z, kernels.get(1), Nd4j.zeros(DataType.FLOAT, 35), third.dx);
    first =
        byOperation(windows.get(0), x, kernels.get(0), Nd4j.zeros(DataType.FLOAT, 33), second.dx);

    INDArray z = layout(Nd4j.create(DataType.FLOAT, windows.get(2).z()), last);
    INDArray dx = layout(Nd4j.create(DataType.FLOAT, windows.get(0).x()), last);
    List<INDArray> gradients = kernels.stream().map(INDArray::ulike).toList();
    INDArray db = Nd4j.create(DataType.FLOAT, 20);
    ConvolutionChain chain =
        new ConvolutionChain(
            windows, Format.of(x), kernels.stream().map(Format::of).toList(), Format.of(z), true);
    chain.infer(x, 0, () -> kernels, b, z, BUFFERS);
    close("inferred", z, third.z);
    List<INDArray> between = chain.forward(x, kernels, b, z, BUFFERS, BUFFERS);
    chain.backward(x, kernels, between, dz, dx, gradients, db, BUFFERS);

    close("z", z, third.z);
    close("dx", dx, first.dx);
    close("first kernel", gradients.get(0), first.dw);
    close("second kernel", gradients.get(1), second.dw);
    close("third kernel", gradients.get(2), third.dw);
    close("bias", db, third.db);
  }

  @Test
  void keepsKernels_asLongAsTheirVersionStays() {
    Nd4j.getRandom().setSeed(43);
    Window window = window(2, 32, 32, 8, 8, 3, 1, 1, 1);
    INDArray x = Nd4j.randn(DataType.FLOAT, window.x());
    INDArray w = Nd4j.randn(DataType.FLOAT, window.w()).divi(20);
    Format images = Format.of(x);
    ConvolutionChain chain =
        new ConvolutionChain(List.of(window), images, List.of(Format.of(w)), images, false);
    INDArray first = x.ulike();
    INDArray z = x.ulike();
    chain.infer(x, 7, () -> List.of(w), null, first, BUFFERS);
    INDArray kernel = w.dup();
    w.muli(2);
    chain.infer(
        x,
        7,
        () -> {
          throw new AssertionError("it has them");
        },
        null,
        z,
        BUFFERS);
    assertThat(z).isEqualTo(first);
    chain.infer(x, 8, () -> List.of(w), null, z, BUFFERS);
    close("twice", z, first.castTo(DataType.DOUBLE).mul(2));
    chain.infer(x, 9, () -> List.of(kernel), null, z, BUFFERS);
    assertThat(z).isEqualTo(first);
  }

  @Test
  void refusesArraysOfOtherShapes() {
    Window window = window(2, 3, 4, 5, 5, 3, 1, 1, 1);
    Format x = Format.of(Nd4j.create(DataType.FLOAT, 2, 4, 5, 5));
    Format w = Format.of(Nd4j.create(DataType.FLOAT, 4, 3, 3, 3));
    Format z = Format.of(Nd4j.create(DataType.FLOAT, 2, 4, 5, 5));
    assertThatThrownBy(() -> new ConvolutionChain(List.of(window), x, List.of(w), z, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the input has shape [2, 4, 5, 5], its convolution is for [2, 3, 5, 5]");
  }
}
