package org.dl4jtt.tensor;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A matrix A [m, n] as a basis and what is left: {@code A ≈ Q R}, Q [m, r] with orthonormal columns
 * that span the leading left singular vectors, {@code R = Qᵀ A} [r, n]. Both 'c' order, DOUBLE.
 *
 * <p>Three ways, the cheapest that is exact enough:
 *
 * <ul>
 *   <li>nothing is cut and A is wide: {@code Q = I};
 *   <li>the singular vectors of the shorter side from the Gram matrix, whose eigenvalues are the
 *       squared singular values: three to ten times faster than a decomposition;
 *   <li>a singular value decomposition, if the error asked for is too fine for the Gram matrix, or
 *       it cannot tell the last vectors.
 * </ul>
 *
 * <p>Squaring loses digits: an eigenvalue of the Gram matrix is wrong by about 1e-16 of the
 * largest, so a singular value that is the fraction f of the largest is known to 1e-16 / f², and
 * what the basis misses of it is 1e-16 / f of ‖A‖. With f of {@link #TRUSTED} or more that is
 * 1e-12. Q itself is orthonormal to rounding in every case.
 *
 * @param squaredError what was cut, {@code ‖A − Q R‖²}
 */
record Cut(INDArray basis, INDArray remainder, double squaredError) {
  private static final double TRUSTED = 1e-4;

  /** Squared singular values below this part of their sum are rounding of the Gram matrix. */
  private static final double GRAM_ROUNDING = 1e-13;

  int rank() {
    return (int) basis.size(1);
  }

  /**
   * Cuts.
   *
   * @param matrix DOUBLE, 'c' order; not changed, but the remainder may share its memory
   * @param maxRank the rank, unless the error allows less
   * @param squaredBudget the squared singular values that may be lost below {@code maxRank};
   *     negative keeps {@code maxRank} even where they are 0
   */
  static Cut of(INDArray matrix, int maxRank, double squaredBudget) {
    long m = matrix.size(0);
    long n = matrix.size(1);
    if (squaredBudget < 0 && maxRank >= m && m <= n) {
      return new Cut(Nd4j.eye(m).castTo(DataType.DOUBLE), matrix, 0);
    }
    if (isCoarse(squaredBudget, matrix)) {
      boolean wide = m <= n;
      Svd.Eigen gram = Svd.best().ofGram(matrix, wide);
      double[] squares = gram.values().toDoubleVector();
      Choice choice = Choice.of(squares, maxRank, squaredBudget, GRAM_ROUNDING);
      if (choice.isTrusted(squares)) {
        INDArray leading = gram.vectors().get(NDArrayIndex.interval(0, choice.rank()));
        INDArray basis = leading.transpose().dup('c');
        gram.vectors().close(); // off-heap memory would otherwise wait for the garbage collector
        return projected(matrix, wide ? basis : leftBasis(matrix, basis), choice.squaredError());
      }
    }
    Svd.Factors svd = Svd.best().of(matrix);
    double[] squares = svd.s().mul(svd.s()).toDoubleVector();
    Choice choice = Choice.of(squares, maxRank, squaredBudget, 0);
    INDArray remainder =
        svd.vt().get(NDArrayIndex.interval(0, choice.rank()), NDArrayIndex.all()).dup('c');
    remainder.muliColumnVector(
        svd.s().get(NDArrayIndex.interval(0, choice.rank())).reshape('c', choice.rank(), 1));
    return new Cut(columns(svd.u(), choice.rank()), remainder, choice.squaredError());
  }

  private record Choice(int rank, double squaredError) {

    /** The least rank whose tail, with the rounding of the squares, stays within the budget. */
    static Choice of(double[] squares, int maxRank, double squaredBudget, double rounding) {
      double sum = 0;
      for (double square : squares) {
        sum += square;
      }
      int rank = Math.min(maxRank, squares.length);
      double error = rounding * sum;
      for (int i = squares.length - 1; i >= rank; i--) {
        error += squares[i];
      }
      while (rank > 1 && error + squares[rank - 1] <= squaredBudget) {
        rank--;
        error += squares[rank];
      }
      return new Choice(rank, error);
    }

    boolean isTrusted(double[] squares) {
      return squares[0] > 0 && squares[rank - 1] >= TRUSTED * TRUSTED * squares[0];
    }
  }

  /** True if the rounding of the squares is far below what may be lost. */
  private static boolean isCoarse(double squaredBudget, INDArray matrix) {
    return squaredBudget < 0
        || squaredBudget >= 100 * GRAM_ROUNDING * Math.pow(matrix.norm2Number().doubleValue(), 2);
  }

  private static Cut projected(INDArray matrix, INDArray basis, double squaredError) {
    return new Cut(basis, ChainAlgebra.product(basis, matrix, true, false), squaredError);
  }

  /**
   * Left singular vectors {@code A V / s} from right ones. Their products are wrong by 1e-16 / f²
   * (f as above), so one step of {@code B (3 I − BᵀB) / 2} towards the nearest orthonormal B
   * follows, which squares that error.
   */
  private static INDArray leftBasis(INDArray matrix, INDArray right) {
    INDArray b = ChainAlgebra.product(matrix, right, false, false);
    b.diviRowVector(b.norm2(0).reshape('c', 1, b.size(1)));
    INDArray correction = ChainAlgebra.product(b, b, true, false).muli(-0.5);
    correction.addi(Nd4j.eye(b.size(1)).castTo(DataType.DOUBLE).muli(1.5));
    return ChainAlgebra.product(b, correction, false, false);
  }

  private static INDArray columns(INDArray matrix, int count) {
    return matrix.get(NDArrayIndex.all(), NDArrayIndex.interval(0, count)).dup('c');
  }
}
