package org.dl4jtt.contraction;

import java.lang.ref.Reference;
import org.bytedeco.javacpp.FloatPointer;
import org.dl4jtt.contraction.ConvGeometry.Extent;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * A 3x3 convolution by minimal filtering, F(4x4, 3x3), with a quarter of the multiplications
 * (Winograd 1980; Lavin and Gray 2016, arXiv:1509.09308).
 *
 * <p>oneDNN 2.3, which ND4J 1.0.0-M2.1 brings along, takes it for the gradient of a convolution's
 * input but not for a convolution. The two are the same thing:
 *
 * <pre>
 *   z(o, h, w) = Σ W(o, p, q, i) x(i, h + p - 1, w + q - 1)
 *              = gradient of the input, given x for that of the output, by W'(i, p, q, o) = W(o, 2 - p, 2 - q, i)
 * </pre>
 *
 * <p>The operation {@code deconv2d_tf} is that gradient alone. Results differ from a direct sum's
 * by some 2e-6 of the largest.
 *
 * <p>It pays where a kernel in its transformed shape, 36 numbers for each pair of channels, stays
 * in the cache. Measured on one core with AVX-512, batch 16, in ms:
 *
 * <pre>
 *   channels, image       64, 56²   33, 56²   128, 28²   67, 28²   135, 14²   256, 14²   512, 7²
 *   conv2d                  61        29        52         18         13        44         46
 *   minimal filtering       26        11        23          8          9        46         68
 * </pre>
 */
public final class Winograd {
  private static final Extent KERNEL = new Extent(3, 3);

  /** From here on oneDNN takes minimal filtering. */
  private static final int LEAST_BATCH = 16;

  private static final int LEAST_CHANNELS = 32;
  private static final int TRANSFORMED = 36;
  private static final int LARGEST_KERNEL = 3 << 18; // numbers: 3 MB

  private static final int AVX512 = 3; // as ND4J counts

  private Winograd() {}

  private static final class Backend {
    static final boolean HAS_WINOGRAD = hasWinograd();

    private static boolean hasWinograd() {
      if (!Nd4j.getBackend().getEnvironment().isCPU()) {
        return false;
      }
      NativeOps natives = NativeOpsHolder.getInstance().getDeviceNativeOps();
      return natives.buildInfo().contains("HAVE_ONEDNN") && natives.optimalLevel() >= AVX512;
    }
  }

  /** True where it is possible and sooner done than a direct sum. */
  public static boolean isFaster(ConvGeometry g, DataType type) {
    return type == DataType.FLOAT && pays(g) && Backend.HAS_WINOGRAD;
  }

  private static boolean pays(ConvGeometry g) {
    boolean possible =
        g.kernel().equals(KERNEL)
            && g.stride().equals(Extent.ONE)
            && g.padding().equals(Extent.ONE)
            && !g.isDilated()
            && g.outputImage().equals(g.image())
            // the operation of M2.1 takes the height for the width
            && g.image().height() == g.image().width();
    return possible
        && g.batch() >= LEAST_BATCH
        && Math.min(g.inputs(), g.outputs()) >= LEAST_CHANNELS
        && (long) TRANSFORMED * g.inputs() * g.outputs() <= LARGEST_KERNEL;
  }

  /**
   * out = x * kernel.
   *
   * @param kernel [O, 3, 3, I], without gaps; in 'c' order or a permuted view of [O, I, 3, 3]
   */
  public static void forward(
      ConvGeometry g, INDArray x, INDArray kernel, INDArray out, Scratch scratch) {
    INDArray turned = turned(kernel, scratch).permute(1, 2, 0, 3); // [3, 3, O, I]
    int[] shape = new int[4];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = (int) out.size(axis);
    }
    Nd4j.exec(
        DynamicCustomOp.builder("deconv2d_tf")
            .addInputs(Nd4j.createFromArray(shape), turned, x)
            .addOutputs(out)
            .addIntegerArguments(3, 3, 1, 1, 1, 1, 1, 1, 1, g.channelsLast() ? 1 : 0)
            .build());
  }

  /** The kernel [O, 3, 3, I] by half a turn, in 'c' order. */
  private static INDArray turned(INDArray kernel, Scratch scratch) {
    int outputs = (int) kernel.size(0);
    int inputs = (int) kernel.size(3);
    int perOutput = kernel.stride(0);
    int perPosition = kernel.stride(2);
    int perInput = kernel.stride(3);
    int positions = KERNEL.area();
    float[] from = new float[(int) kernel.length()];
    float[] to = new float[from.length];
    try {
      new FloatPointer(kernel.data().addressPointer()).get(from);
      for (int o = 0, k = 0; o < outputs; o++) {
        for (int p = positions - 1; p >= 0; p--) {
          int at = o * perOutput + p * perPosition;
          for (int i = 0; i < inputs; i++, at += perInput) {
            to[k++] = from[at];
          }
        }
      }
    } finally {
      Reference.reachabilityFence(kernel);
    }
    INDArray turned = scratch.allocate(DataType.FLOAT, kernel.shape());
    new FloatPointer(turned.data().addressPointer()).put(to);
    return turned;
  }
}
