package org.dl4jtt.contraction;

import org.dl4jtt.contraction.ConvGeometry.Extent;
import org.dl4jtt.tensor.TensorForm;

/**
 * Seconds that the cost models predict for one forward pass over a batch, by the cheapest plan:
 * those of two cores of the machine that the models were measured on, so that only ratios matter.
 *
 * <p>Dense weights are taken to run as the models know them: one matrix product, or one native
 * convolution. DL4J's own convolution, without {@code NativeHelpers}, is several times slower.
 */
public final class PredictedTime {
  private static final int CORES = 2; // ConvCost counts on both, CostModel on one

  private PredictedTime() {}

  /** A dense matrix. */
  public static double ofMatrix(long outputs, long inputs, long batch) {
    Product product = Product.single(outputs, inputs, batch);
    return Products.best().costs().of(product) / CORES;
  }

  /** A matrix in tensor form. */
  public static double ofMatrix(TensorForm form, long batch) {
    return MatrixContraction.of(form).plan(batch, false).cost() / CORES;
  }

  /** A dense convolution. */
  public static double ofConvolution(ConvGeometry geometry) {
    return ConvCost.dense(geometry);
  }

  /** A convolution by a kernel in tensor form. */
  public static double ofConvolution(TensorForm form, ConvGeometry geometry) {
    return ConvPlan.cheapest(form, geometry, false).seconds();
  }

  /** A convolution of one position, where the size of the image is not known. */
  public static ConvGeometry onePosition(int batch, int inputs, int outputs, Extent kernel) {
    return new ConvGeometry(
        batch, inputs, outputs, kernel, kernel, Extent.ONE, Extent.ZERO, Extent.ONE, false, false);
  }
}
