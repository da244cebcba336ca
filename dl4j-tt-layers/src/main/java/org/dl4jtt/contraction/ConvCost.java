package org.dl4jtt.contraction;

import java.util.List;
import org.dl4jtt.internal.onednn.OneDnn;
import org.dl4jtt.tensor.TensorForm;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Predicted time of a plan: {@link OneDnnCost} where oneDNN is there, and otherwise operations at
 * the rate of the routine of {@link Nd4jStages} that does them, numbers moved, and a price per
 * call.
 *
 * <p>Measured on one core with AVX-512 and the oneDNN build of the natives, NCHW, batch 16, in ms:
 *
 * <pre>
 *   3x3, channels at image   conv2d   predicted   Winograd   predicted   conv2d_bp   predicted
 *    64 at 56x56               61        61          26          24          57          92
 *    33 at 56x56               29        27          11          17          30          40
 *   128 at 28x28               52        50          23          18
 *    67 at 28x28               18        19           8           9          31          28
 *   256 at 14x14               44        45
 *   135 at 14x14               13        15           9           8          23          22
 *   512 at 7x7                 46        45
 *   271 at 7x7                 12        14                                  44          21
 * </pre>
 *
 * <p>oneDNN computes channels last and in groups of 16; an image with its channels first is
 * reordered, and so is its result, twice.
 */
final class ConvCost {
  private static final double MERGING = 80e9; // operations per second, products of cores
  private static final double CONVOLUTION = 95e9;
  private static final double FEW_CHANNELS = 40e9;
  private static final double DILATED = 20e9; // im2col and a product
  private static final double REORDER = 2.3e-9; // seconds for a number
  private static final double TRANSFORM = 2.2e-9;
  private static final double KERNEL_REORDER = 1.4e-9;
  private static final double KERNEL_TRANSFORM = 8e-9;
  private static final double MERGED = 1.3e-9; // a number of a merged kernel, written and read
  private static final double CALL = 50e-6;

  /** The derivative, which oneDNN mostly computes by minimal filtering, to a direct sum. */
  private static final double BACKWARD = 1.5;

  private static final int GROUP = 16; // channels in a vector
  private static final int CORES = 2; // what is predicted is the time of both

  private ConvCost() {}

  /** A plan's convolutions, by whatever runs them in FLOAT, and the merging of cores for them. */
  static double seconds(TensorForm form, List<ConvGeometry> stages, boolean training) {
    // oneDNN keeps what it merged from inference to inference.
    return seconds(form, stages, training, !training && OneDnn.isAvailable());
  }

  /**
   * @param kept whether kernels are there, merged and in the format that suits
   */
  static double seconds(
      TensorForm form, List<ConvGeometry> stages, boolean training, boolean kept) {
    if (kept) {
      return convolutions(stages, training, true);
    }
    double merging = merging(form, stages.get(0));
    if (stages.size() > 1) {
      // Between two 1x1 convolutions stands the positions' core as it is.
      merging += merging(form, stages.get(stages.size() - 1));
    }
    return convolutions(stages, training, false) + (training ? 3 : 1) * merging;
  }

  private static double merging(TensorForm form, ConvGeometry stage) {
    return stage.kernelLength() * (MERGED + 2 * inner(form) / MERGING) / CORES;
  }

  /** A convolution by a kernel that is there. */
  static double dense(ConvGeometry stage) {
    return convolutions(List.of(stage), false, false);
  }

  private static double convolutions(List<ConvGeometry> stages, boolean training, boolean kept) {
    return OneDnn.isAvailable()
        ? OneDnnCost.seconds(stages, training, kept)
        : stages.stream().mapToDouble(s -> forward(s) + (training ? backward(s) : 0)).sum();
  }

  private static double forward(ConvGeometry stage) {
    Products products = Products.best();
    if (isFasterAsProducts(stage, products)) {
      return asProducts(stage, products);
    }
    return Winograd.isFaster(stage, DataType.FLOAT) ? asWinograd(stage) : asOperation(stage);
  }

  /** Two convolutions: one for the input's gradient and one for the kernel's. */
  private static double backward(ConvGeometry stage) {
    Products products = Products.best();
    return isFasterAsProducts(stage, products)
        ? 2 * asProducts(stage, products)
        : BACKWARD * asOperation(stage);
  }

  /** True for a 1x1 convolution that matrix products do sooner than the native operation. */
  static boolean isFasterAsProducts(ConvGeometry stage, Products products) {
    return stage.isPointwise() && asProducts(stage, products) < asOperation(stage);
  }

  private static double asProducts(ConvGeometry stage, Products products) {
    return products.costs().of(Pointwise.forward(stage)) / CORES;
  }

  private static double asOperation(ConvGeometry stage) {
    double reordered = stage.channelsLast() ? 0 : input(stage) + 2 * output(stage);
    return (stage.flops() * padding(stage.outputs()) / rate(stage)
            + reordered * REORDER
            + stage.kernelLength() * KERNEL_REORDER
            + CALL)
        / CORES;
  }

  private static double asWinograd(ConvGeometry stage) {
    double in = padding(stage.inputs());
    double out = padding(stage.outputs());
    return (stage.flops() / 4.0 * in * out / CONVOLUTION
            + (in * input(stage) + out * output(stage)) * TRANSFORM
            + stage.kernelLength() * KERNEL_TRANSFORM
            + CALL)
        / CORES;
  }

  /** What whole groups of channels are to the channels. */
  private static double padding(int channels) {
    return (double) ((channels + GROUP - 1) / GROUP * GROUP) / channels;
  }

  private static double rate(ConvGeometry stage) {
    if (stage.isDilated()) {
      return DILATED;
    }
    return Math.min(stage.inputs(), stage.outputs()) < GROUP ? FEW_CHANNELS : CONVOLUTION;
  }

  private static double input(ConvGeometry stage) {
    return (double) stage.batch() * stage.inputs() * stage.image().area();
  }

  private static double output(ConvGeometry stage) {
    return (double) stage.batch() * stage.outputs() * stage.outputImage().area();
  }

  /** The inner dimension of the products that merge cores: at most the largest rank. */
  private static int inner(TensorForm form) {
    return form.ranks().stream().mapToInt(Integer::intValue).max().orElse(1);
  }
}
