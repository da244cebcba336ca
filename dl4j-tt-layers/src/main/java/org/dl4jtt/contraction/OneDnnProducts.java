package org.dl4jtt.contraction;

import java.util.Arrays;
import java.util.List;
import org.dl4jtt.contraction.Product.Operand;
import org.dl4jtt.internal.LruCache;
import org.dl4jtt.internal.onednn.Copy;
import org.dl4jtt.internal.onednn.Format;
import org.dl4jtt.internal.onednn.Matmul;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Many FLOAT products of one size by one call of oneDNN, which divides them among the threads: 100
 * of [64 x 448] [448 x 64] take 2.3 ms on two threads, by BLAS one by one 5.6.
 */
final class OneDnnProducts {
  /** Shapes are as many as layers have steps, for each size of a batch. */
  private static final int MOST = 1000;

  /** Each thread has its own, so that networks in several threads do not wait for one another. */
  private static final ThreadLocal<LruCache<Product, Matmul>> CALLS =
      ThreadLocal.withInitial(() -> new LruCache<>(MOST));

  /**
   * Numbers of products that add up: more go to BLAS, which has no need to write each by itself.
   */
  private static final int MOST_APART = 1 << 21;

  private static final ThreadLocal<Parts> PARTS = ThreadLocal.withInitial(Parts::new);

  private OneDnnProducts() {}

  /**
   * False for products that it has no fast routine for. Those that add up are written one behind
   * the other, which takes less than to wait for one before the next: 100 of [32 x 512] [512 x 32]
   * take 0.7 ms on two threads, by BLAS 2.5.
   */
  static boolean multiply(Product p, INDArray a, INDArray b, INDArray c) {
    if (!p.addsUp()) {
      return run(p, a, b, c);
    }
    if (!addsUp(p)) {
      return false;
    }
    Product sum = p.sum();
    Parts parts = PARTS.get();
    INDArray apart = parts.memory((long) p.lengthApart());
    return run(p.apart(), a, b, apart) && run(sum, parts.ones(sum.inner()), apart, c);
  }

  /** True for products that add up and are not too many. */
  static boolean addsUp(Product p) {
    return p.isSummable() && p.lengthApart() <= MOST_APART;
  }

  private static boolean run(Product p, INDArray a, INDArray b, INDArray c) {
    Matmul call = CALLS.get().get(p, OneDnnProducts::matmul);
    if (!call.isFast()) {
      return false;
    }
    call.run(p.swapped() ? b : a, p.swapped() ? a : b, c);
    return true;
  }

  /** Memory of a thread for products that are yet to be added up. */
  private static final class Parts {
    private INDArray memory = Nd4j.createUninitializedDetached(DataType.FLOAT, 1);
    private INDArray ones = Nd4j.createUninitializedDetached(DataType.FLOAT, 1).assign(1);

    INDArray memory(long length) {
      if (memory.length() < length) {
        memory = Nd4j.createUninitializedDetached(DataType.FLOAT, length);
      }
      return memory;
    }

    INDArray ones(long length) {
      if (ones.length() < length) {
        ones = Nd4j.createUninitializedDetached(DataType.FLOAT, length).assign(1);
      }
      return ones;
    }
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
