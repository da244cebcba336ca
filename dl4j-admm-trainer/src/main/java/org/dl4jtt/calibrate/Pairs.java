package org.dl4jtt.calibrate;

import org.dl4jtt.layers.convert.WeightShape;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a weight gets in the dense network, x, beside what it gets in the network as converted so
 * far, x~: {@code Σ x x~ᵀ}, {@code Σ x~ x~ᵀ} and the sums of both, in one {@link MomentSize}.
 */
final class Pairs {
  private final WeightShape shape;
  private final MomentSize size;
  private final Sums before;
  private final Sums now;
  private final INDArray cross;

  Pairs(WeightShape shape, int largest) {
    this.shape = shape;
    size = MomentSize.of(shape, largest);
    boolean diagonal = size == MomentSize.DIAGONAL;
    long n =
        size == MomentSize.CHANNELS
            ? shape.inputs()
            : (long) MomentSize.positions(shape) * shape.inputs();
    before = new Sums(n, true); // its mean alone is asked for
    now = new Sums(n, diagonal);
    cross =
        diagonal
            ? Nd4j.create(DataType.DOUBLE, n)
            : Nd4j.create(DataType.DOUBLE, new long[] {n, n}, 'c');
  }

  /** Adds the rows of one batch, pair by pair. */
  void add(RowSource dense, RowSource small) {
    for (int i = 0; i < dense.chunks(); i++) {
      MemoryWorkspace scratch = Scratch.rows();
      try {
        add(size.of(dense.chunk(i), shape), size.of(small.chunk(i), shape));
      } finally {
        scratch.close();
      }
    }
  }

  private void add(Rows x, Rows y) {
    before.add(x);
    now.add(y);
    cross.addi(
        size == MomentSize.DIAGONAL
            ? x.values().mul(y.values()).sum(0).castTo(DataType.DOUBLE).reshape(cross.shape())
            : Sums.products(x.values(), y.values()));
  }

  /** x~. */
  Sums now() {
    return now;
  }

  /** The mean of x. */
  INDArray mean() {
    return before.mean();
  }

  /** {@code mean x x~ᵀ}, less the product of the means if it is to be the covariance. */
  INDArray cross(boolean centred) {
    INDArray mean = cross.div(now.count());
    if (!centred) {
      return mean;
    }
    INDArray x = before.mean();
    INDArray y = now.mean();
    if (size == MomentSize.DIAGONAL) {
      return mean.subi(x.mul(y));
    }
    long n = x.length();
    return mean.subi(x.reshape('c', new long[] {n, 1}).mmul(y.reshape('c', new long[] {1, n})));
  }
}
