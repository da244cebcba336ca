package org.dl4jtt.tensor;

import org.dl4jtt.internal.Detached;
import org.dl4jtt.internal.Finite;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The nearest matrix with orthonormal rows or columns. */
public final class Orthogonal {
  private Orthogonal() {}

  /**
   * Returns {@code U Vᵀ} of the thin singular value decomposition: of all matrices with orthonormal
   * columns (rows, if wide), the nearest in the Euclidean norm (Schönemann 1966).
   *
   * @param matrix [m, n], any memory order and floating-point type; left as it was
   * @return of the same shape and type
   * @throws IllegalArgumentException if a value is not finite
   */
  public static INDArray nearest(INDArray matrix) {
    Finite.check(matrix);
    return Detached.compute(
        () -> {
          Svd.Factors svd = Svd.best().of(Cores.doubles(matrix));
          return ChainAlgebra.product(svd.u(), svd.vt(), false, false).castTo(matrix.dataType());
        });
  }
}
