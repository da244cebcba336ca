package org.dl4jtt.contraction;

import static org.dl4jtt.internal.Check.state;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** By ND4J's own matrix product, one call for each block: runs on every backend. */
final class Nd4jProducts implements Products {

  @Override
  public void multiply(Product p, INDArray a, INDArray b, INDArray c) {
    state(p.isContiguous(), "%s has gaps between its rows", p);
    INDArray first = flat(p.swapped() ? b : a);
    INDArray second = flat(p.swapped() ? a : b);
    INDArray target = flat(c);
    for (long i = 0; i < p.outer(); i++) {
      for (long j = 0; j < p.count(); j++) {
        Nd4j.gemm(
            block(first, p.a(), i, j, p.rows(), p.inner()),
            block(second, p.b(), i, j, p.inner(), p.columns()),
            block(target, p.c(), i, j, p.rows(), p.columns()),
            p.a().transposed(),
            p.b().transposed(),
            1,
            p.isFirst(i, j) ? 0 : 1);
      }
    }
  }

  @Override
  public void permute(Permutation permutation, INDArray from, INDArray to) {
    flat(to)
        .reshape('c', permutation.resultShape())
        .assign(flat(from).reshape('c', permutation.shape()).permute(permutation.axes()));
  }

  @Override
  public void addToRows(INDArray row, INDArray matrix) {
    matrix.addiRowVector(row);
  }

  @Override
  public void sumRows(INDArray matrix, INDArray row) {
    // As a product: ND4J's sum along the batch is far slower.
    INDArray ones = Nd4j.ones(matrix.dataType(), 1, matrix.size(0));
    Nd4j.gemm(
        ones, matrix, flat(row).reshape('c', new long[] {1, row.length()}), false, false, 1, 0);
  }

  /** Never known: a device would have to wait for the answer. */
  @Override
  public boolean isSame(INDArray a, INDArray b) {
    return false;
  }

  /** The memory of an array without gaps as one axis. */
  private static INDArray flat(INDArray array) {
    if (array.rank() == 1) {
      return array;
    }
    boolean c = array.ordering() == 'c' && Shape.hasDefaultStridesForShape(array);
    INDArray rows = c || array.rank() != 2 ? array : array.transpose();
    return rows.reshape('c', new long[] {array.length()});
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
