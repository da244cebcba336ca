package org.dl4jtt.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The core of the first output mode m₁ set by least squares, all others fixed:
 *
 * <pre>
 *   W[(i, m), (p, n, s)] ≈ Σ_u G[i, n, u] X[u, m, (p, s)]     u = (r, r') the core's two bonds
 *   G = Σ_m,m' H'[m, m'] W_m C X_m'ᵀ (Σ_m,m' H'[m, m'] X_m C X_m'ᵀ)⁻¹
 * </pre>
 *
 * <p>i is m₁'s index, m the other output modes, H' their part of H; n is the first input mode where
 * it shares the core (PAIRED), else 1. Only how H ties m₁ to the others is left out: with one
 * output mode this is the minimum.
 */
final class OutputRefit {
  /** Unknowns for each i beyond which the system costs more than the refit is worth. */
  private static final int LARGEST_SYSTEM = 1024;

  /** Numbers in X, with a block for each n, beyond which it takes too much memory. */
  private static final long LARGEST_DESIGN = 1 << 25;

  private final List<INDArray> cores;
  private final int place;
  private final Tensorization t;
  private final Metric metric;
  private final int first;
  private final int shared;
  private final int bonds;
  private final int others;

  private OutputRefit(List<INDArray> cores, Tensorization t, Metric metric) {
    this.cores = cores;
    this.t = t;
    this.metric = metric;
    boolean paired = t.scheme() == Scheme.PAIRED;
    place = paired && t.isKernel() ? 1 : 0;
    INDArray core = cores.get(place);
    first = t.outputModes().get(0);
    shared = paired ? t.inputModes().get(0) : 1;
    bonds = (int) (core.size(0) * core.size(2));
    others = t.outputs() / first;
  }

  /** All cores, one of them refitted; empty if that would cost too much. */
  static Optional<List<INDArray>> of(
      List<INDArray> cores, INDArray weight, Tensorization t, Metric metric) {
    OutputRefit refit = new OutputRefit(cores, t, metric);
    long unknowns = (long) refit.bonds * refit.shared;
    long design = (long) refit.bonds * refit.others * t.positions() * t.inputs();
    return unknowns > LARGEST_SYSTEM || design > LARGEST_DESIGN
        ? Optional.empty()
        : Optional.of(refit.refitted(weight));
  }

  private List<INDArray> refitted(INDArray weight) {
    long p = t.positions();
    long rest = t.inputs() / shared;
    INDArray x = design(); // [u·m, p·s]
    INDArray hx = others(x).reshape('c', new long[] {bonds, -1}); // [u, m·p·s]
    long unknowns = (long) bonds * shared;
    INDArray gram = Nd4j.create(DataType.DOUBLE, new long[] {unknowns, unknowns}, 'c');
    INDArray right = Nd4j.create(DataType.DOUBLE, new long[] {first, unknowns}, 'c');
    INDArray wc = metric.timesInputs(weight, t, true);
    for (int n = 0; n < shared; n++) {
      INDArray xc = metric.timesInputs(embedded(x, n), t, true); // [u·m, p·n·s]
      for (int k = 0; k < shared; k++) {
        INDArray block = ChainAlgebra.product(hx, at(xc, k, bonds, p, rest), false, true);
        gram.get(block(k), block(n)).assign(block);
      }
      right
          .get(NDArrayIndex.all(), block(n))
          .assign(ChainAlgebra.product(at(wc, n, first, p, rest), hx, false, true));
    }
    INDArray solved = ChainAlgebra.product(right, RingAls.pseudoInverse(gram), false, false);
    INDArray old = cores.get(place);
    INDArray core = // [i, n, r, r'] -> [r, i·n, r']
        solved
            .reshape('c', new long[] {first, shared, old.size(0), old.size(2)})
            .permute(2, 0, 1, 3)
            .dup('c')
            .reshape('c', old.shape());
    List<INDArray> refitted = new ArrayList<>(cores);
    refitted.set(place, core);
    return refitted;
  }

  private INDArrayIndex block(int n) {
    return NDArrayIndex.interval((long) n * bonds, (long) (n + 1) * bonds);
  }

  /** X: the chain with a core in the place that hands each pair of bonds out as an output mode. */
  private INDArray design() {
    INDArray core = cores.get(place);
    long l = core.size(0);
    long r = core.size(2);
    INDArray selector = Nd4j.create(DataType.DOUBLE, new long[] {l, l * r, r}, 'c');
    for (long a = 0; a < l; a++) {
      for (long b = 0; b < r; b++) {
        selector.putScalar(new long[] {a, a * r + b, b}, 1);
      }
    }
    List<INDArray> chain = new ArrayList<>(cores);
    chain.set(place, selector);
    List<Integer> outputModes = new ArrayList<>(t.outputModes());
    outputModes.set(0, bonds);
    List<Integer> inputModes = new ArrayList<>(t.inputModes());
    inputModes.set(0, inputModes.get(0) / shared);
    Tensorization opened = new Tensorization(t.scheme(), outputModes, t.kernel(), inputModes);
    INDArray parameter = Nd4j.createUninitialized(DataType.DOUBLE, opened.parameterShape());
    opened.toParameter(Cores.full(chain), parameter);
    return Metric.matrix(parameter, opened)
        .reshape(
            'c', new long[] {(long) bonds * others, (long) t.positions() * (t.inputs() / shared)});
  }

  /** H' on the other output modes. */
  private INDArray others(INDArray x) {
    @Nullable Moment h = metric.outputs(true);
    if (h == null || others == 1) {
      return x;
    }
    Moment part = h.factor(List.of(first, others), 1).regularised();
    INDArray tensor = x.reshape('c', new long[] {bonds, others, x.size(1)});
    return ModeRoots.onAxis(tensor, 1, part);
  }

  /** X in the columns of one n, zeros elsewhere: [u·m, p·n·s]. */
  private INDArray embedded(INDArray x, int n) {
    if (shared == 1) {
      return x;
    }
    long rest = t.inputs() / shared;
    INDArray wide =
        Nd4j.create(DataType.DOUBLE, new long[] {x.size(0), t.positions(), shared, rest}, 'c');
    wide.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(n), NDArrayIndex.all())
        .assign(x.reshape('c', new long[] {x.size(0), t.positions(), rest}));
    return wide.reshape('c', new long[] {x.size(0), (long) t.positions() * t.inputs()});
  }

  /** The columns of one n: [rows, m·p·s] of a [rows·m, p·n·s]. */
  private INDArray at(INDArray array, int n, long rows, long p, long rest) {
    if (shared == 1) {
      return array.reshape('c', new long[] {rows, -1});
    }
    return array
        .reshape('c', new long[] {array.size(0), p, shared, rest})
        .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(n), NDArrayIndex.all())
        .dup('c')
        .reshape('c', new long[] {rows, -1});
  }
}
