package org.dl4jtt.contraction;

import static org.dl4jtt.tensor.Check.state;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** By ND4J's own matrix product, one call for each block: runs on every backend. */
final class Nd4jProducts implements Products {

  @Override
  public void multiply(Product p, INDArray a, INDArray b, INDArray c) {
    state(p.isContiguous(), "%s has gaps between its rows", p);
    INDArray first = p.swapped() ? b : a;
    INDArray second = p.swapped() ? a : b;
    for (long i = 0; i < p.outer(); i++) {
      for (long j = 0; j < p.count(); j++) {
        Nd4j.gemm(
            block(first, p.a(), i, j, p.rows(), p.inner()),
            block(second, p.b(), i, j, p.inner(), p.columns()),
            block(c, p.c(), i, j, p.rows(), p.columns()),
            p.a().transposed(),
            p.b().transposed(),
            1,
            p.isFirst(i, j) ? 0 : 1);
      }
    }
  }

  private static INDArray block(
      INDArray flat, Product.Operand operand, long i, long j, long rows, long columns) {
    long start = i * operand.outerStride() + j * operand.stride();
    long[] shape = operand.transposed() ? new long[] {columns, rows} : new long[] {rows, columns};
    INDArray part =
        start == 0 && flat.length() == rows * columns
            ? flat
            : flat.get(NDArrayIndex.interval(start, start + rows * columns));
    return part.reshape('c', shape);
  }

  @Override
  public CostModel costs() {
    return CostModel.ND4J;
  }
}
