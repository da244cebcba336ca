package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dl4jtt.internal.Check;
import org.dl4jtt.internal.Detached;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What counts of one weight: the moment C of what enters its layer, and the moment H of the loss'
 * gradient at the layer's linear output. To second order the loss grows with
 *
 * <pre>
 *   ‖W − W'‖²_{H,C} = tr(H (W − W') C (W − W')ᵀ)       W [O, P·I], P positions of a kernel
 *
 *   C  [P·I, P·I]  of patches, the position slow, the channel fast; P = 1 for a matrix
 *      [I, I]      of channels: the same for every position, positions uncorrelated
 *      [I]         a diagonal, as of an embedding's rows
 *   H  [O, O]      or a diagonal [O]
 * </pre>
 *
 * (the Kronecker-factored curvature of Martens and Grosse 2015, arXiv:1503.05671, §3). Either may
 * be absent: it is the identity then. Decompositions regularise both, {@code M + 1e-3 mean(diag M)
 * I}, so that moments from few examples do; {@link #error} does not. Immutable.
 */
public final class Metric {
  private static final Metric NONE = new Metric(null, null);

  private final @Nullable Moment inputs;
  private final @Nullable Moment outputs;

  private Metric(@Nullable Moment inputs, @Nullable Moment outputs) {
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** The Frobenius norm: C = I, H = I. */
  public static Metric none() {
    return NONE;
  }

  /**
   * This metric with C = sum / count.
   *
   * @param sum Σ x xᵀ [P·I, P·I] or [I, I], or the sums of squares [I]
   * @param count how many x
   * @throws IllegalArgumentException if the sum is not square, not finite or not symmetric
   */
  public Metric withInputs(INDArray sum, double count) {
    return new Metric(mean(sum, count, "the input moment"), outputs);
  }

  /**
   * This metric with the covariance C = Σ x xᵀ / count − m mᵀ, m = Σ x / count: where a bias or a
   * batch norm takes up what the weight does to the mean.
   *
   * @param products Σ x xᵀ [n, n], or the sums of squares [n]
   * @param sum Σ x [n]
   * @param count how many x
   */
  public Metric withCentredInputs(INDArray products, INDArray sum, double count) {
    return new Metric(mean(centred(products, sum, count), count, "the input covariance"), outputs);
  }

  /**
   * This metric with H = sum / count.
   *
   * @param sum Σ g gᵀ [O, O], or the sums of squares [O]
   * @param count how many examples
   */
  public Metric withOutputs(INDArray sum, double count) {
    return new Metric(inputs, mean(sum, count, "the output moment"));
  }

  private static Moment mean(INDArray sum, double count, String what) {
    argument(count > 0, "%s is a mean over %s examples; give at least one", what, count);
    return Detached.compute(() -> Moment.of(Cores.doubles(sum).divi(count), what));
  }

  /** count times the covariance; a variance that rounding makes negative is 0. */
  private static INDArray centred(INDArray products, INDArray sum, double count) {
    argument(count > 0, "a covariance over %s examples; give at least one", count);
    argument(
        sum.length() == products.size(0),
        "the products are of %d numbers, but the sum is of %d",
        products.size(0),
        sum.length());
    return Detached.compute(
        () -> {
          INDArray s = Cores.doubles(sum).reshape('c', new long[] {1, sum.length()});
          INDArray p = Cores.doubles(products);
          if (p.rank() == 1) {
            double[] variance = p.sub(s.mul(s).divi(count).reshape(p.shape())).toDoubleVector();
            for (int i = 0; i < variance.length; i++) {
              variance[i] = Math.max(0, variance[i]);
            }
            return Nd4j.createFromArray(variance);
          }
          INDArray c = p.subi(ChainAlgebra.product(s, s, true, false).divi(count));
          for (long i = 0; i < c.size(0); i++) {
            c.putScalar(i, i, Math.max(0, c.getDouble(i, i)));
          }
          return c;
        });
  }

  /** C; empty if absent. A copy. */
  public Optional<INDArray> inputs() {
    return Optional.ofNullable(inputs).map(moment -> moment.values().dup());
  }

  /** H; empty if absent. A copy. */
  public Optional<INDArray> outputs() {
    return Optional.ofNullable(outputs).map(moment -> moment.values().dup());
  }

  /** True if no direction counts more than another: both are absent or multiples of I. */
  public boolean isNone() {
    return inputs(true) == null && outputs(true) == null;
  }

  /** C; null where no direction counts more than another, and that is asked to be left out. */
  @Nullable Moment inputs(boolean onlyDirections) {
    return inputs != null && onlyDirections && inputs.isIsotropic() ? null : inputs;
  }

  /** H, in the same way. */
  @Nullable Moment outputs(boolean onlyDirections) {
    return outputs != null && onlyDirections && outputs.isIsotropic() ? null : outputs;
  }

  /**
   * ‖W‖ in this metric, {@code √tr(H W C Wᵀ)}.
   *
   * @param weight [N, M] (a matrix as DL4J stores it) or [O, I, kH, kW], any memory order
   */
  public double norm(INDArray weight) {
    Tensorization t = unsplit(weight);
    checkFits(t);
    return Detached.compute(() -> norm(matrix(weight, t), t, false));
  }

  /**
   * ‖W − W'‖ in this metric: the root of the squared error of the layer's output, averaged over
   * what C and H were averaged over.
   *
   * @param weight as for {@link #norm}
   * @param other of the same shape
   */
  public double error(INDArray weight, INDArray other) {
    Tensorization t = unsplit(weight);
    checkFits(t);
    argument(
        Arrays.equals(weight.shape(), other.shape()),
        "weights of shapes %s and %s cannot be compared",
        Arrays.toString(weight.shape()),
        Arrays.toString(other.shape()));
    return Detached.compute(() -> norm(matrix(weight, t).sub(matrix(other, t)), t, false));
  }

  /** {@link #error} over {@link #norm} of the weight; 0 if both are 0. */
  public double relativeError(INDArray weight, INDArray other) {
    double error = error(weight, other);
    return error == 0 ? 0 : error / norm(weight);
  }

  /**
   * The weight seen by this metric: every mode of the tensor multiplied by the root of its share of
   * C or H (partial traces), in the parameter's own layout. The singular values of its unfoldings
   * say what ranks cost in this metric: hand it to {@link Spectra}, to {@link RingSpectra} or to a
   * decomposition.
   *
   * @param parameter of {@link Tensorization#parameterShape()}
   * @return a new DOUBLE array; where this {@link #isNone()}, a copy
   */
  public INDArray weighted(INDArray parameter, Tensorization tensorization) {
    checkFits(tensorization);
    return Detached.compute(() -> ModeRoots.of(this, tensorization).weighted(parameter));
  }

  /**
   * The weight that gives, from inputs x~, nearest what another gave from x: {@code W* = (W K + ε
   * W) (C + ε I)⁻¹}, ε = 1e-2 of the mean diagonal of C. C is the moment of x~ here; where x~ says
   * nothing, W stays.
   *
   * @param weight [N, M] or [O, I, kH, kW]; not changed
   * @param cross K, the mean of x x~ᵀ (covariance, if C is one), in the form of C
   * @return of the weight's shape and type
   * @throws IllegalArgumentException if there is no C, or K is of another form
   */
  public INDArray regressed(INDArray weight, INDArray cross) {
    Tensorization t = unsplit(weight);
    checkFits(t);
    Moment c = Check.present(inputs, "a regression needs the moment of the inputs; give it one");
    argument(
        Arrays.equals(c.values().shape(), cross.shape()),
        "the inputs' moment has shape %s, but their product with those before %s",
        Arrays.toString(c.values().shape()),
        Arrays.toString(cross.shape()));
    return Detached.compute(
        () -> {
          INDArray w = matrix(weight, t);
          INDArray rows = w.reshape('c', new long[] {w.length() / c.size(), c.size()});
          INDArray solved = c.regressed(rows, Cores.doubles(cross));
          INDArray out = weight.ulike();
          t.toParameter(solved.reshape('c', w.shape()), out);
          return out;
        });
  }

  /**
   * Checks that C and H fit a weight.
   *
   * @throws IllegalArgumentException with the sizes that would
   */
  public void checkFits(Tensorization t) {
    int patch = t.positions() * t.inputs();
    argument(
        inputs == null || inputs.size() == patch || inputs.size() == t.inputs(),
        "the input moment is of %d numbers, but a weight of %d inputs at %d positions has %d"
            + " channels and patches of %d; was the metric made for another layer?",
        inputs == null ? 0 : inputs.size(),
        t.inputs(),
        t.positions(),
        t.inputs(),
        patch);
    argument(
        outputs == null || outputs.size() == t.outputs(),
        "the output moment is of %d numbers, but the weight has %d outputs; was the metric made"
            + " for another layer?",
        outputs == null ? 0 : outputs.size(),
        t.outputs());
  }

  /** {@code √tr(H D C Dᵀ)}, D [O, P·I]. */
  double norm(INDArray d, Tensorization t, boolean regularised) {
    INDArray right = timesInputs(d, t, regularised);
    Moment h = outputs(regularised);
    INDArray left = h == null ? d : (regularised ? h.regularised() : h).left(d);
    return Math.sqrt(Math.max(0, left.mul(right).sumNumber().doubleValue()));
  }

  /** {@code A C} for A [m, P·I]; A itself where C is absent. */
  INDArray timesInputs(INDArray a, Tensorization t, boolean regularised) {
    Moment moment = inputs(regularised);
    if (moment == null) {
      return a;
    }
    Moment c = regularised ? moment.regularised() : moment;
    if (c.size() == a.size(1)) {
      return c.right(a);
    }
    INDArray rows = a.reshape('c', new long[] {a.size(0) * t.positions(), t.inputs()});
    return c.right(rows).reshape('c', a.shape());
  }

  /** W [O, P·I] in a new DOUBLE array. */
  static INDArray matrix(INDArray parameter, Tensorization t) {
    INDArray tensor = Cores.doubles(unsplit(t).toTensor(parameter));
    return tensor.reshape('c', new long[] {t.outputs(), (long) t.positions() * t.inputs()});
  }

  /** The same weight with one mode for all outputs and one for all inputs. */
  static Tensorization unsplit(Tensorization t) {
    return new Tensorization(
        Scheme.SEPARATED, List.of(t.outputs()), t.kernel(), List.of(t.inputs()));
  }

  private static Tensorization unsplit(INDArray weight) {
    argument(
        weight.rank() == 2 || weight.rank() == 4,
        "a weight of shape %s is neither a matrix [inputs, outputs] nor a kernel"
            + " [outputs, inputs, kH, kW]",
        Arrays.toString(weight.shape()));
    long[] s = weight.shape();
    return s.length == 2
        ? Tensorization.matrix(Scheme.SEPARATED, List.of((int) s[1]), List.of((int) s[0]))
        : Tensorization.kernel(
            Scheme.SEPARATED, List.of((int) s[0]), (int) s[2], (int) s[3], List.of((int) s[1]));
  }

  @Override
  public String toString() {
    return "metric of inputs "
        + (inputs == null ? "I" : Arrays.toString(inputs.values().shape()))
        + " and outputs "
        + (outputs == null ? "I" : Arrays.toString(outputs.values().shape()));
  }
}
