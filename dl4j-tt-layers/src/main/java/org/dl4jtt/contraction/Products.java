package org.dl4jtt.contraction;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs products and reorderings: on the CPU, or by ND4J's operations anywhere.
 *
 * <p>An array counts as its memory, from its first number on and without gaps, whatever its shape
 * and order: a view of it would cost more than a small product (an ND4J array takes 5 to 10 µs).
 */
interface Products {

  /** All blocks of {@code product}. */
  void multiply(Product product, INDArray a, INDArray b, INDArray c);

  /** Writes {@code from}, its axes reordered, to {@code to}. */
  void permute(Permutation permutation, INDArray from, INDArray to);

  /** Adds {@code row} to every row of a matrix in 'c' order. */
  void addToRows(INDArray row, INDArray matrix);

  /** The sum of the rows of a matrix in 'c' order, overwriting {@code row}. */
  void sumRows(INDArray matrix, INDArray row);

  /** True if two arrays are known to hold the same bits; false if finding out would take long. */
  boolean isSame(INDArray a, INDArray b);

  /** What it costs here. */
  CostModel costs();

  /** The fastest that the backend and the class path allow. */
  static Products best() {
    return BestProducts.INSTANCE;
  }
}
