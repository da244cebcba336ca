package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.dl4jtt.internal.Detached;
import org.dl4jtt.internal.Finite;
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
  private static final int EXACT = 4608;
  private static final int LEADING = 256;

  /** Of the tensor times 2^-e: {@code scale} is e. */
  private final double squaredNorm;

  private final List<Spectrum> unfoldings;
  private final PowerOfTwo scale;

  private Spectra(double squaredNorm, List<Spectrum> unfoldings, PowerOfTwo scale) {
    this.squaredNorm = squaredNorm;
    this.unfoldings = unfoldings;
    this.scale = scale;
  }

  /** One unfolding. */
  private static final class Spectrum {
    /** Singular values, falling. */
    private final double[] values;

    /** Energy of those that were not found; 0 if all were. */
    private final double rest;

    Spectrum(double[] values, double rest) {
      this.values = values;
      this.rest = rest;
    }
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
          INDArray given = Cores.doubles(tensor);
          PowerOfTwo scale = PowerOfTwo.of(given);
          INDArray whole = scale.down(given);
          double norm = whole.norm2Number().doubleValue();
          List<Spectrum> unfoldings = new ArrayList<>();
          long rows = 1;
          for (int k = 0; k < tensor.rank() - 1; k++) {
            rows *= tensor.size(k);
            INDArray unfolding = whole.reshape('c', new long[] {rows, tensor.length() / rows});
            unfoldings.add(spectrum(unfolding, norm * norm));
          }
          whole.close();
          return new Spectra(norm * norm, unfoldings, scale);
        });
  }

  /** The number of unfoldings, d − 1. */
  public int unfoldings() {
    return unfoldings.size();
  }

  /** ‖A‖². */
  public double squaredNorm() {
    return Math.scalb(squaredNorm, 2 * scale.exponent());
  }

  /**
   * The singular values of unfolding k, falling.
   *
   * @param k from 1 to d − 1: the number of modes on the left, the index of the rank r_k
   */
  public double[] singularValues(int k) {
    return Arrays.stream(checked(k).values).map(s -> Math.scalb(s, scale.exponent())).toArray();
  }

  /**
   * The squared energy {@code Σ_{i > r} s_i²} that unfolding k loses at rank r.
   *
   * @param k from 1 to d − 1
   * @param rank 0 or more
   */
  public double tail(int k, int rank) {
    argument(rank >= 0, "the tail of a spectrum at rank %d; ranks are 0 or more", rank);
    double[] tails = tails(k);
    return tails[Math.min(rank, tails.length - 1)];
  }

  /**
   * {@link #tail} at the ranks from 0 to the number of {@link #singularValues}.
   *
   * @param k from 1 to d − 1
   */
  public double[] tails(int k) {
    return Arrays.stream(scaledTails(k))
        .map(tail -> Math.scalb(tail, 2 * scale.exponent()))
        .toArray();
  }

  /**
   * Returns {@link #tails} as parts of the squared norm, from 1 on down; all 0 if the tensor is.
   * They are right where squares of the numbers themselves would overflow or vanish.
   *
   * @param k from 1 to d − 1
   */
  public double[] relativeTails(int k) {
    double[] tails = scaledTails(k);
    double all = tails[0];
    return all == 0 ? tails : Arrays.stream(tails).map(tail -> tail / all).toArray();
  }

  private double[] scaledTails(int k) {
    Spectrum spectrum = checked(k);
    double[] s = spectrum.values;
    double[] tails = new double[s.length + 1];
    tails[s.length] = spectrum.rest;
    for (int r = s.length - 1; r >= 0; r--) {
      tails[r] = tails[r + 1] + s[r] * s[r]; // the smallest first: nothing cancels
    }
    return tails;
  }

  private Spectrum checked(int k) {
    argument(
        k >= 1 && k <= unfoldings.size(),
        "unfolding %d; a tensor of %d modes has unfoldings 1 to %d",
        k,
        unfoldings.size() + 1,
        unfoldings.size());
    return unfoldings.get(k - 1);
  }

  private static Spectrum spectrum(INDArray matrix, double squaredNorm) {
    boolean wide = matrix.size(0) <= matrix.size(1);
    boolean all = Math.min(matrix.size(0), matrix.size(1)) <= EXACT;
    INDArray sketch = all ? matrix : leading(matrix, wide);
    double[] values = Svd.best().squares(sketch, wide);
    double found = 0;
    for (int i = 0; i < values.length; i++) {
      found += values[i];
      values[i] = Math.sqrt(values[i]);
    }
    return new Spectrum(values, all ? 0 : Math.max(0, squaredNorm - found));
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
