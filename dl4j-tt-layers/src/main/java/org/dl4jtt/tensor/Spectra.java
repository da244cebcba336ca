package org.dl4jtt.tensor;

import static org.dl4jtt.tensor.Check.argument;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The singular values of every unfolding {@code [n₁⋯n_k, n_{k+1}⋯n_d]} of a tensor, computed once:
 * all that the choice of ranks needs. Cut to ranks r_k, a train is wrong by at most {@code Σ_k
 * tail(k, r_k)}, squared (Oseledets 2011, theorem 2.2).
 *
 * <p>Values come from the Gram matrix of the shorter side: sums of squares are exact to rounding,
 * single values below 1e-8 of the largest are not resolved. Of an unfolding whose shorter side
 * exceeds {@value #EXACT} only the leading {@value #LEADING} values are found, by a randomised
 * subspace iteration (Halko, Martinsson, Tropp 2011, algorithm 4.4) with a fixed seed; the sum of
 * all squares is known even there.
 */
public final class Spectra {
  private static final int EXACT = 2048;
  private static final int LEADING = 256;

  private final double squaredNorm;
  private final List<double[]> values;

  private Spectra(double squaredNorm, List<double[]> values) {
    this.squaredNorm = squaredNorm;
    this.values = values;
  }

  /**
   * Of a DL4J weight.
   *
   * @param parameter of {@link Tensorization#parameterShape()}, any memory order
   */
  public static Spectra of(INDArray parameter, Tensorization tensorization) {
    return of(tensorization.toTensor(parameter));
  }

  /** Of a tensor [n₁, …, n_d]. */
  public static Spectra of(INDArray tensor) {
    Finite.check(tensor);
    return Detached.compute(
        () -> {
          INDArray whole = Cores.doubles(tensor);
          List<double[]> values = new ArrayList<>();
          long rows = 1;
          for (int k = 0; k < tensor.rank() - 1; k++) {
            rows *= tensor.size(k);
            values.add(values(whole.reshape('c', new long[] {rows, tensor.length() / rows})));
          }
          double norm = whole.norm2Number().doubleValue();
          whole.close();
          return new Spectra(norm * norm, values);
        });
  }

  /** The number of unfoldings, d − 1. */
  public int unfoldings() {
    return values.size();
  }

  /** ‖A‖². */
  public double squaredNorm() {
    return squaredNorm;
  }

  /**
   * The singular values of unfolding k, falling.
   *
   * @param k from 1 to d − 1: the number of modes on the left, the index of the rank r_k
   */
  public double[] singularValues(int k) {
    return checked(k).clone();
  }

  /**
   * The squared energy {@code Σ_{i > r} s_i²} that unfolding k loses at rank r.
   *
   * @param k from 1 to d − 1
   * @param rank 0 or more
   */
  public double tail(int k, int rank) {
    double[] s = checked(k);
    argument(rank >= 0, "the tail of a spectrum at rank %d; ranks are 0 or more", rank);
    double tail = squaredNorm;
    for (int i = 0; i < Math.min(rank, s.length); i++) {
      tail -= s[i] * s[i];
    }
    return rank >= bound(k) ? 0 : Math.max(0, tail);
  }

  private int bound(int k) {
    int found = values.get(k - 1).length;
    return found == LEADING ? Integer.MAX_VALUE : found;
  }

  private double[] checked(int k) {
    argument(
        k >= 1 && k <= values.size(),
        "unfolding %d; a tensor of %d modes has unfoldings 1 to %d",
        k,
        values.size() + 1,
        values.size());
    return values.get(k - 1);
  }

  private static double[] values(INDArray matrix) {
    boolean wide = matrix.size(0) <= matrix.size(1);
    long side = Math.min(matrix.size(0), matrix.size(1));
    INDArray sketch = side <= EXACT ? matrix : leading(matrix, wide);
    INDArray gram = ChainAlgebra.product(sketch, sketch, !wide, wide);
    double[] values = Svd.best().of(gram).s().toDoubleVector();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.sqrt(values[i]);
    }
    return values;
  }

  /** Qᵀ A, or A Q: the shorter side projected on its leading {@value #LEADING} directions. */
  private static INDArray leading(INDArray matrix, boolean wide) {
    Random random = new Random(1);
    double[] normal =
        new double[Math.toIntExact(Math.max(matrix.size(0), matrix.size(1)) * LEADING)];
    for (int i = 0; i < normal.length; i++) {
      normal[i] = random.nextGaussian();
    }
    INDArray probe =
        Nd4j.createFromArray(normal).castTo(DataType.DOUBLE).reshape('c', new long[] {-1, LEADING});
    INDArray basis = basis(ChainAlgebra.product(matrix, probe, !wide, false));
    for (int step = 0; step < 2; step++) {
      probe = basis(ChainAlgebra.product(matrix, basis, wide, false));
      basis = basis(ChainAlgebra.product(matrix, probe, !wide, false));
    }
    return wide
        ? ChainAlgebra.product(basis, matrix, true, false)
        : ChainAlgebra.product(matrix, basis, false, false);
  }

  private static INDArray basis(INDArray matrix) {
    return Svd.best().of(matrix).u();
  }
}
