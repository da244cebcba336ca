package org.dl4jtt.tensor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A {@link Metric} as one matrix for each mode: {@code H ≈ H₁ ⊗ ⋯ ⊗ H_p} over the output modes,
 * {@code C ≈ R ⊗ Σ₁ ⊗ ⋯ ⊗ Σ_q} over position and input modes, each the partial trace over all
 * others. In the norm of that product, a tensor train of {@code T ×_k M_k^½} is one of T once core
 * k is multiplied by {@code M_k^−½}: ranks and errors stay.
 */
final class ModeRoots {
  private final Tensorization tensorization;

  /** Null where a mode has no matrix of its own. */
  private final List<@Nullable Moment> outputs;

  private final @Nullable Moment position;
  private final List<@Nullable Moment> inputs;

  private ModeRoots(
      Tensorization tensorization,
      List<@Nullable Moment> outputs,
      @Nullable Moment position,
      List<@Nullable Moment> inputs) {
    this.tensorization = tensorization;
    this.outputs = outputs;
    this.position = position;
    this.inputs = inputs;
  }

  static ModeRoots of(Metric metric, Tensorization t) {
    Moment c = metric.inputs(true);
    boolean patches = t.isKernel() && c != null && c.size() != t.inputs();
    List<Integer> modes = new ArrayList<>(t.inputModes());
    if (patches) {
      modes.add(0, t.positions());
    }
    List<@Nullable Moment> factors = factors(c, modes);
    return new ModeRoots(
        t,
        factors(metric.outputs(true), t.outputModes()),
        patches ? factors.get(0) : null,
        patches ? factors.subList(1, factors.size()) : factors);
  }

  private static List<@Nullable Moment> factors(@Nullable Moment moment, List<Integer> modes) {
    List<@Nullable Moment> factors = new ArrayList<>();
    for (int k = 0; k < modes.size(); k++) {
      Moment factor = moment == null ? null : moment.factor(modes, k);
      factors.add(factor == null || factor.isIsotropic() ? null : factor);
    }
    return factors;
  }

  /** {@code T ×_k M_k^½}, in the parameter's layout; a new DOUBLE array. */
  INDArray weighted(INDArray parameter) {
    Tensorization t = tensorization;
    Tensorization separated =
        new Tensorization(Scheme.SEPARATED, t.outputModes(), t.kernel(), t.inputModes());
    INDArray tensor = Cores.doubles(separated.toTensor(parameter));
    int k = 0;
    for (Moment h : outputs) {
      tensor = multiplied(tensor, k++, h);
    }
    if (t.isKernel()) {
      tensor = multiplied(tensor, k++, position);
    }
    for (Moment c : inputs) {
      tensor = multiplied(tensor, k++, c);
    }
    INDArray weighted = tensor.ulike().reshape(t.parameterShape());
    separated.toParameter(tensor, weighted);
    return weighted;
  }

  private static INDArray multiplied(INDArray tensor, int k, @Nullable Moment moment) {
    return moment == null ? tensor : onAxis(tensor, k, moment.root());
  }

  /** The cores of T from those of the weighted tensor. */
  List<INDArray> unweighted(List<INDArray> cores) {
    Tensorization t = tensorization;
    List<INDArray> unweighted = new ArrayList<>();
    int p = t.outputModes().size();
    boolean separated = t.scheme() == Scheme.SEPARATED;
    int positionCore = !t.isKernel() ? -1 : separated ? p : 0;
    for (int k = 0; k < cores.size(); k++) {
      INDArray core = cores.get(k);
      if (k == positionCore) {
        unweighted.add(divided(core, 1, position));
      } else if (separated) {
        int input = k - p - (t.isKernel() ? 1 : 0);
        unweighted.add(divided(core, 1, k < p ? outputs.get(k) : inputs.get(input)));
      } else {
        int pair = t.isKernel() ? k - 1 : k;
        int m = t.outputModes().get(pair);
        int n = t.inputModes().get(pair);
        INDArray split = core.reshape('c', new long[] {core.size(0), m, n, core.size(2)});
        INDArray both = divided(divided(split, 1, outputs.get(pair)), 2, inputs.get(pair));
        unweighted.add(both.reshape('c', core.shape()));
      }
    }
    return unweighted;
  }

  private static INDArray divided(INDArray core, int axis, @Nullable Moment moment) {
    return moment == null ? core : onAxis(core, axis, moment.inverseRoot());
  }

  /** A 'c'-ordered array with one axis multiplied by a symmetric matrix. */
  static INDArray onAxis(INDArray array, int axis, Moment matrix) {
    long n = array.size(axis);
    long after = 1;
    for (int k = axis + 1; k < array.rank(); k++) {
      after *= array.size(k);
    }
    long before = array.length() / n / after;
    if (after == 1) {
      return matrix.right(array.reshape('c', new long[] {before, n})).reshape('c', array.shape());
    }
    INDArray turned = // [n, before·after]
        array
            .reshape('c', new long[] {before, n, after})
            .permute(1, 0, 2)
            .dup('c')
            .reshape('c', new long[] {n, before * after});
    return matrix
        .left(turned)
        .reshape('c', new long[] {n, before, after})
        .permute(1, 0, 2)
        .dup('c')
        .reshape('c', array.shape());
  }
}
