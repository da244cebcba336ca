package org.dl4jtt.calibrate;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sums over rows: {@code Σ x}, and {@code Σ x xᵀ} or its diagonal. A batch's products are computed
 * in its own type and added up in double.
 */
final class Sums {
  private final boolean diagonal;
  private final INDArray products;
  private final INDArray sum;
  private double count;

  /**
   * @param n numbers in a row
   * @param diagonal true for the sums of squares alone
   */
  Sums(long n, boolean diagonal) {
    this.diagonal = diagonal;
    products =
        diagonal
            ? Nd4j.create(DataType.DOUBLE, n)
            : Nd4j.create(DataType.DOUBLE, new long[] {n, n}, 'c');
    sum = Nd4j.create(DataType.DOUBLE, n);
  }

  void add(Rows rows) {
    INDArray x = rows.values();
    sum.addi(x.sum(0).castTo(DataType.DOUBLE).reshape(sum.shape()));
    if (diagonal) {
      products.addi(x.mul(x).sum(0).castTo(DataType.DOUBLE).reshape(products.shape()));
    } else {
      products.addi(products(x, x));
    }
    count += rows.count();
  }

  /** Rows that are 1 at one index and 0 elsewhere: only the diagonal. */
  void addIndices(Rows indices) {
    double[] index = indices.values().castTo(DataType.DOUBLE).toDoubleVector();
    for (double i : index) {
      sum.putScalar((long) i, sum.getDouble((long) i) + 1);
    }
    products.assign(sum); // 1² = 1
    count += indices.count();
  }

  /** {@code Σ x yᵀ} [n, m], DOUBLE. */
  static INDArray products(INDArray x, INDArray y) {
    INDArray product =
        Nd4j.createUninitialized(x.dataType(), new long[] {x.size(1), y.size(1)}, 'c');
    Nd4j.gemm(x, y, product, true, false, 1, 0);
    return product.castTo(DataType.DOUBLE);
  }

  /** The mean of a row. */
  INDArray mean() {
    return sum.div(count);
  }

  INDArray products() {
    return products;
  }

  INDArray sum() {
    return sum;
  }

  double count() {
    return count;
  }
}
