package org.dl4jtt.contraction;

import java.util.List;
import org.dl4jtt.tensor.TensorForm;

/**
 * Predicted time of a plan: operations at the rate of the routine that does them, bytes moved, and
 * a price per call.
 *
 * <p>The rates are those of two cores with AVX-512 and the oneDNN build of the natives. Only their
 * ratios decide which plan is chosen.
 */
final class ConvCost {
  private static final double MERGING = 80e9; // operations per second, products of cores
  private static final double CONVOLUTION = 110e9;
  private static final double FEW_CHANNELS = 60e9;
  private static final int FEW = 16;
  private static final double DILATED = 40e9; // im2col and a product
  private static final double BYTES = 6e9; // per second, to and from memory
  private static final double CALL = 30e-6;
  private static final int CORES = 2; // CostModel counts on one

  private ConvCost() {}

  static double seconds(TensorForm form, List<ConvGeometry> stages, boolean training) {
    double seconds = 0;
    for (ConvGeometry stage : stages) {
      seconds += dense(stage);
      // Merged kernels are written once by a product and read once.
      seconds += 4 * kernel(stage) / BYTES + 2 * kernel(stage) * inner(form) / MERGING + CALL;
    }
    // Backward: one convolution for the input's gradient and one for the kernel's.
    return training ? 3 * seconds : seconds;
  }

  /** A convolution by a kernel that is there. */
  static double dense(ConvGeometry stage) {
    Products products = Products.best();
    return isFasterAsProducts(stage, products) ? asProducts(stage, products) : asOperation(stage);
  }

  /** True for a 1x1 convolution that matrix products do sooner than the native operation. */
  static boolean isFasterAsProducts(ConvGeometry stage, Products products) {
    return stage.isPointwise() && asProducts(stage, products) < asOperation(stage);
  }

  private static double asProducts(ConvGeometry stage, Products products) {
    return products.costs().of(Pointwise.forward(stage)) / CORES;
  }

  private static double asOperation(ConvGeometry stage) {
    return stage.flops() / rate(stage) + 4 * elements(stage) / BYTES + CALL;
  }

  private static double rate(ConvGeometry stage) {
    if (stage.isDilated()) {
      return DILATED;
    }
    return Math.min(stage.inputs(), stage.outputs()) < FEW ? FEW_CHANNELS : CONVOLUTION;
  }

  private static double elements(ConvGeometry stage) {
    return (double) stage.batch()
        * ((double) stage.inputs() * stage.image().area()
            + (double) stage.outputs() * stage.outputImage().area());
  }

  private static double kernel(ConvGeometry stage) {
    return (double) stage.outputs() * stage.inputs() * stage.kernel().area();
  }

  /** The inner dimension of the products that merge cores: at most the largest rank. */
  private static int inner(TensorForm form) {
    return form.ranks().stream().mapToInt(Integer::intValue).max().orElse(1);
  }
}
