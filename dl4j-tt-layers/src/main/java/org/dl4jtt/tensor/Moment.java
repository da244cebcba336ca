package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import java.util.List;
import org.dl4jtt.internal.Detached;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A symmetric positive semidefinite matrix M [n, n], or the diagonal [n] of one. DOUBLE, never
 * changed; roots are those of the regularised {@code M + 1e-3 mean(diag M) I} and are made once.
 */
final class Moment {
  private static final double REGULARISATION = 1e-3;

  private static final double RIDGE = 1e-2;

  /** Sums of products in another order differ by rounding. */
  private static final double ASYMMETRY = 1e-5;

  /** [n, n], or [n]. */
  private final INDArray values;

  private @Nullable Moment regularised;
  private @Nullable Moment root;
  private @Nullable Moment inverseRoot;

  private Moment(INDArray values) {
    this.values = values;
  }

  /**
   * Copies, checks and makes exactly symmetric.
   *
   * @param what for messages, such as "the input moment"
   */
  static Moment of(INDArray moment, String what) {
    argument(
        moment.rank() == 1 || (moment.rank() == 2 && moment.size(0) == moment.size(1)),
        "%s has shape %s; it must be a square matrix, or a vector that is its diagonal",
        what,
        Arrays.toString(moment.shape()));
    return Detached.compute(
        () -> {
          INDArray values = Cores.doubles(moment);
          double sum = values.norm1Number().doubleValue();
          argument(
              Double.isFinite(sum),
              "%s holds NaN or infinity; leave out the examples that led to it",
              what);
          if (values.rank() == 2) {
            INDArray other = values.transpose().dup('c');
            double asymmetry = values.distance1(other);
            argument(
                asymmetry <= ASYMMETRY * sum,
                "%s is not symmetric: it differs from its transpose by %s of its size",
                what,
                asymmetry / sum);
            values.addi(other).muli(0.5);
          }
          double least = diagonal(values).minNumber().doubleValue();
          argument(
              least >= 0,
              "%s has %s on its diagonal; sums of squares are not negative",
              what,
              least);
          double most = diagonal(values).maxNumber().doubleValue();
          argument(
              values.maxNumber().doubleValue() <= (1 + ASYMMETRY) * most
                  && -values.minNumber().doubleValue() <= (1 + ASYMMETRY) * most,
              "%s holds a number larger than any on its diagonal, %s; no sum of products does",
              what,
              most);
          return new Moment(values);
        });
  }

  int size() {
    return (int) values.size(0);
  }

  INDArray values() {
    return values;
  }

  private boolean isDiagonal() {
    return values.rank() == 1;
  }

  private static INDArray diagonal(INDArray values) {
    return values.rank() == 1 ? values : Nd4j.diag(values);
  }

  /** True for a multiple of the identity, 0 among them: it prefers no direction. */
  boolean isIsotropic() {
    INDArray diagonal = diagonal(values);
    double first = diagonal.getDouble(0);
    if (diagonal.minNumber().doubleValue() != first
        || diagonal.maxNumber().doubleValue() != first) {
      return false;
    }
    return isDiagonal() || off() == 0;
  }

  private double off() {
    INDArray rest = values.sub(Nd4j.diag(diagonal(values)));
    return rest.normmaxNumber().doubleValue();
  }

  /** {@code A M} for A [m, n], in a new array. */
  INDArray right(INDArray a) {
    return isDiagonal() ? a.mulRowVector(row()) : ChainAlgebra.product(a, values, false, false);
  }

  /** {@code M A} for A [n, m], in a new array. */
  INDArray left(INDArray a) {
    return isDiagonal()
        ? a.mulColumnVector(values.reshape('c', new long[] {values.length(), 1}))
        : ChainAlgebra.product(values, a, false, false);
  }

  private INDArray row() {
    return values.reshape('c', new long[] {1, values.length()});
  }

  /** {@code M + 1e-3 mean(diag M) I}. */
  synchronized Moment regularised() {
    if (regularised == null) {
      regularised = shifted(REGULARISATION * diagonal(values).meanNumber().doubleValue());
    }
    return regularised;
  }

  private Moment shifted(double shift) {
    return Detached.compute(
        () ->
            new Moment(
                isDiagonal()
                    ? values.add(shift)
                    : values.add(Nd4j.eye(size()).castTo(DataType.DOUBLE).muli(shift))));
  }

  /** The square root of {@link #regularised()}, symmetric. */
  synchronized Moment root() {
    if (root == null) {
      root = power(0.5);
    }
    return root;
  }

  /** The inverse of {@link #root()}. */
  synchronized Moment inverseRoot() {
    if (inverseRoot == null) {
      inverseRoot = power(-0.5);
    }
    return inverseRoot;
  }

  /** The inverse of {@link #regularised()}. */
  Moment inverse() {
    return power(-1);
  }

  /** {@code (W K + ε W)(M + ε I)⁻¹}, ε = 1e-2 mean(diag M). */
  INDArray regressed(INDArray w, INDArray k) {
    double ridge = RIDGE * diagonal(values).meanNumber().doubleValue();
    if (ridge == 0) {
      return w; // the inputs are 0: they say nothing
    }
    INDArray target =
        isDiagonal()
            ? w.mulRowVector(k.reshape('c', new long[] {1, k.length()}))
            : ChainAlgebra.product(w, k, false, false);
    return shifted(ridge).powered(-1).right(target.addi(w.mul(ridge)));
  }

  private Moment power(double exponent) {
    return regularised().powered(exponent);
  }

  /** M to a power; M has no eigenvalue of 0. */
  private Moment powered(double exponent) {
    return Detached.compute(
        () -> {
          INDArray shifted = values;
          if (isDiagonal()) {
            return new Moment(Transforms.pow(shifted, exponent, true));
          }
          Svd.Eigen eigen = Svd.best().eigen(shifted);
          INDArray powers = Transforms.pow(eigen.values(), exponent, true);
          INDArray v = eigen.vectors(); // as rows
          INDArray scaled = v.mulColumnVector(powers.reshape('c', new long[] {size(), 1}));
          return new Moment(ChainAlgebra.product(v, scaled, true, false));
        });
  }

  /**
   * The partial trace that leaves mode k of an index made of these modes, the last fastest: for
   * {@code M = M₁ ⊗ ⋯ ⊗ M_d} a multiple of M_k.
   */
  Moment factor(List<Integer> modes, int k) {
    if (modes.size() == 1) {
      return this;
    }
    int n = modes.get(k);
    int after = 1;
    for (int mode : modes.subList(k + 1, modes.size())) {
      after *= mode;
    }
    int before = size() / n / after;
    double[] from = values.data().asDouble();
    int stride = isDiagonal() ? 0 : size();
    double[] sum = new double[isDiagonal() ? n : n * n];
    for (int a = 0; a < before; a++) {
      for (int c = 0; c < after; c++) {
        for (int i = 0; i < n; i++) {
          int row = (a * n + i) * after + c;
          if (isDiagonal()) {
            sum[i] += from[row];
            continue;
          }
          for (int j = 0; j < n; j++) {
            sum[i * n + j] += from[row * stride + (a * n + j) * after + c];
          }
        }
      }
    }
    INDArray array = Nd4j.createFromArray(sum);
    return new Moment(isDiagonal() ? array : array.reshape('c', new long[] {n, n}));
  }
}
