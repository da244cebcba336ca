package org.dl4jtt.contraction;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs products and reorderings of flat arrays: on the CPU, or by ND4J's operations anywhere. */
interface Products {

  /** All blocks of {@code product}; the arrays have one axis and no gaps. */
  void multiply(Product product, INDArray a, INDArray b, INDArray c);

  /** Writes {@code from}, its axes reordered, to {@code to}; both have one axis and no gaps. */
  default void permute(Permutation permutation, INDArray from, INDArray to) {
    to.reshape('c', permutation.resultShape())
        .assign(from.reshape('c', permutation.shape()).permute(permutation.axes()));
  }

  /** What it costs here. */
  CostModel costs();

  /** The fastest that the backend and the class path allow. */
  static Products best() {
    return BestProducts.INSTANCE;
  }
}
