package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dl4jtt.internal.Detached;
import org.dl4jtt.internal.Finite;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What a tensor ring with a given r₀ cuts at each of its other bonds, as {@link TrSvd} builds it
 * from the first mode: the counterpart of {@link Spectra}.
 *
 * <pre>
 *   A [n₁, rest] = U R,   R [(a₁ a₀), rest] → [n₁/r₀, n₂, …, n_d r₀]   (a₁ slow, a₀ fast)
 *   bond 1        the singular values of A beyond r₀ r₁
 *   bond k ≥ 2    those of R's unfolding [n₁/r₀ n₂ ⋯ n_k, n_{k+1} ⋯ n_d r₀] beyond r_k
 * </pre>
 *
 * <p>U and the first bond come from the Gram matrix of A's rows.
 *
 * <p>A smaller r₁ keeps the first rows of R, which lowers all of its singular values; so the sum
 * over all bonds is no less than the squared error of TR-SVD at these ranks. The rank of an
 * unfolding of A is at most r₀ r_k, but reaching it does not make the ring exact: the spectra of A
 * alone would promise too much.
 */
public final class RingSpectra {
  /** Of the tensor times 2^-e: {@code scale} is e. */
  private final double[][] tails;

  private final double squaredNorm;
  private final PowerOfTwo scale;

  private RingSpectra(double[][] tails, double squaredNorm, PowerOfTwo scale) {
    this.tails = tails;
    this.squaredNorm = squaredNorm;
    this.scale = scale;
  }

  /**
   * Of a tensor.
   *
   * @param tensor [n₁, …, n_d] with d of 2 or more, any memory order and floating-point type
   * @param ends r₀, at most n₁ and the product of the other modes
   */
  public static RingSpectra of(INDArray tensor, int ends) {
    Finite.check(tensor);
    int d = tensor.rank();
    argument(d >= 2, "a ring of %d mode has no bonds to cut", d);
    long n1 = tensor.size(0);
    long rest = tensor.length() / n1;
    int most = (int) Math.min(n1, rest);
    argument(
        ends >= 1 && ends <= most,
        "r_0 is %d; for unfoldings of %d by %d it must be from 1 to %d",
        ends,
        n1,
        rest,
        most);
    return Detached.compute(
        () -> {
          INDArray given = Cores.doubles(tensor).reshape('c', new long[] {n1, rest});
          PowerOfTwo scale = PowerOfTwo.of(given);
          INDArray matrix = scale.down(given);
          Svd.Eigen left = Svd.best().ofGram(matrix, true);
          double[][] tails = new double[d - 1][];
          tails[0] = firstBond(Arrays.copyOf(left.values().toDoubleVector(), most), ends);
          if (d > 2) {
            Spectra others = Spectra.of(remainder(matrix, left.vectors(), ends, tensor));
            for (int k = 1; k < d - 1; k++) {
              tails[k] = others.tails(k);
            }
          }
          double norm = matrix.norm2Number().doubleValue();
          return new RingSpectra(tails, norm * norm, scale);
        });
  }

  /** Energy beyond r₀ r₁ singular values, for r₁ = 0, 1, … */
  private static double[] firstBond(double[] squares, int ends) {
    double[] tails = new double[squares.length / ends + 1];
    for (int r1 = 0; r1 < tails.length; r1++) {
      for (int i = squares.length - 1; i >= r1 * ends; i--) {
        tails[r1] += squares[i];
      }
    }
    return tails;
  }

  /** R as [r₁ n₂, n₃, …, n_{d-1}, n_d r₀] for the largest r₁: its unfoldings are bonds 2 … d-1. */
  private static INDArray remainder(INDArray matrix, INDArray ut, int ends, INDArray tensor) {
    int d = tensor.rank();
    long rest = matrix.size(1);
    long r1 = Math.min(matrix.size(0), rest) / ends;
    INDArray rows = ut.get(NDArrayIndex.interval(0, r1 * ends), NDArrayIndex.all()).dup('c');
    INDArray turned =
        ChainAlgebra.product(rows, matrix, false, false)
            .reshape('c', new long[] {r1, ends, rest})
            .permute(0, 2, 1)
            .dup('c');
    List<Long> shape = new ArrayList<>();
    for (int k = 1; k < d; k++) {
      shape.add(tensor.size(k));
    }
    shape.set(0, r1 * shape.get(0));
    shape.set(d - 2, shape.get(d - 2) * ends);
    return turned.reshape('c', shape.stream().mapToLong(Long::longValue).toArray());
  }

  /**
   * The squared energy that bond k loses at the ranks r_k = 0, 1, ….
   *
   * @param k from 1 to d − 1
   */
  public double[] tails(int k) {
    return Arrays.stream(scaledTails(k))
        .map(tail -> Math.scalb(tail, 2 * scale.exponent()))
        .toArray();
  }

  /**
   * Returns {@link #tails} as parts of the squared norm; all 0 if the tensor is.
   *
   * @param k from 1 to d − 1
   */
  public double[] relativeTails(int k) {
    double[] scaled = scaledTails(k);
    return squaredNorm == 0
        ? scaled
        : Arrays.stream(scaled).map(tail -> tail / squaredNorm).toArray();
  }

  private double[] scaledTails(int k) {
    argument(
        k >= 1 && k <= tails.length,
        "bond %d; this ring has bonds 1 to %d beside r_0",
        k,
        tails.length);
    return tails[k - 1].clone();
  }
}
