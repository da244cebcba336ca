package org.dl4jtt.contraction;

import java.util.Arrays;
import java.util.List;
import org.dl4jtt.contraction.Product.Operand;
import org.dl4jtt.onednn.Copy;
import org.dl4jtt.onednn.Format;
import org.dl4jtt.onednn.Matmul;
import org.dl4jtt.onednn.Recent;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Many FLOAT products of one size by one call of oneDNN, which divides them among the threads: 100
 * of [64 x 448] [448 x 64] take 2.3 ms on two threads, by BLAS one by one 5.6.
 */
final class OneDnnProducts {
  /** Shapes are as many as layers have steps, for each size of a batch. */
  private static final int MOST = 1000;

  /** Each thread has its own, so that networks in several threads do not wait for one another. */
  private static final ThreadLocal<Recent<Product, Matmul>> CALLS =
      ThreadLocal.withInitial(() -> new Recent<>(MOST));

  private OneDnnProducts() {}

  /** False for products that add up, and for those that it has no fast routine for. */
  static boolean multiply(Product p, INDArray a, INDArray b, INDArray c) {
    if (p.addsUp()) {
      return false;
    }
    Matmul call = CALLS.get().get(p, OneDnnProducts::matmul);
    if (!call.isFast()) {
      return false;
    }
    call.run(p.swapped() ? b : a, p.swapped() ? a : b, c);
    return true;
  }

  private static Matmul matmul(Product p) {
    return new Matmul(
        format(p, p.a(), p.rows(), p.inner()),
        format(p, p.b(), p.inner(), p.columns()),
        format(p, p.c(), p.rows(), p.columns()));
  }

  /** {@code to}, the axes of {@code from} reordered. */
  static void permute(Permutation permutation, INDArray from, INDArray to) {
    long[] source = strides(permutation.shape());
    long[] result = permutation.resultShape();
    int[] axes = permutation.axes();
    List<Long> shape = Arrays.stream(result).boxed().toList();
    Copy.copy(
        new Format(shape, Arrays.stream(axes).mapToObj(axis -> source[axis]).toList()),
        from,
        new Format(shape, Arrays.stream(strides(result)).boxed().toList()),
        to);
  }

  /** Of 'c' order. */
  private static long[] strides(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int k = shape.length - 1; k >= 0; k--) {
      strides[k] = stride;
      stride *= shape[k];
    }
    return strides;
  }

  private static Format format(Product p, Operand operand, long rows, long columns) {
    long outer = operand.outerStride() == 0 ? 1 : p.outer();
    long count = operand.stride() == 0 ? 1 : p.count();
    long perRow = operand.transposed() ? 1 : operand.row();
    long perColumn = operand.transposed() ? operand.row() : 1;
    long block = (operand.transposed() ? columns : rows) * operand.row();
    return new Format(
        List.of(outer, count, rows, columns),
        List.of(
            outer == 1 ? count * block : operand.outerStride(),
            count == 1 ? block : operand.stride(),
            perRow,
            perColumn));
  }
}
