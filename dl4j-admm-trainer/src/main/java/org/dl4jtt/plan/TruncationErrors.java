package org.dl4jtt.plan;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dl4jtt.internal.Norms;
import org.dl4jtt.tensor.Metric;
import org.dl4jtt.tensor.RingSpectra;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.Spectra;
import org.dl4jtt.tensor.Tensorization;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What truncating the unfoldings of a weight cuts, for any of its tensorizations: their {@link
 * Spectra}, each computed once and relative to the weight's own energy.
 */
final class TruncationErrors {
  private final INDArray weight;
  private final Metric metric;

  /** Unfoldings by what they are: tensorizations share some. */
  private final Map<String, double[]> known = new HashMap<>();

  /**
   * Of a weight.
   *
   * @param metric in whose norm the energies are; may be {@link Metric#none()}
   * @param where layer and parameter, for messages
   * @throws IllegalArgumentException if the weight holds NaN or infinity
   */
  TruncationErrors(INDArray weight, Metric metric, String where) {
    argument(Norms.isFinite(weight), "%s holds NaN or infinity; it cannot be planned", where);
    this.weight = weight;
    this.metric = metric;
  }

  /**
   * tail_k(r), relative to the weight's own energy: at [k - 1][r], r = 0 … the rank of unfolding k,
   * or of a very large one the number of its singular values that are known.
   */
  double[][] tails(Tensorization t) {
    INDArray tensor = tensor(t);
    List<Integer> modes = t.modes();
    double[][] tails = new double[modes.size() - 1][];
    long rows = 1;
    for (int k = 0; k < tails.length; k++) {
      rows *= modes.get(k);
      INDArray unfolding = tensor.reshape('c', new long[] {rows, tensor.length() / rows});
      tails[k] = known.computeIfAbsent(key(t, k), name -> Spectra.of(unfolding).relativeTails(1));
    }
    release(tensor);
    return tails;
  }

  /** The same for the bonds of a ring, r_k = 0 …; see {@link RingSpectra}. */
  double[][] ringTails(Tensorization t, int ends) {
    INDArray tensor = tensor(t);
    RingSpectra spectra = RingSpectra.of(tensor, ends);
    release(tensor);
    double[][] tails = new double[t.modes().size() - 1][];
    for (int k = 0; k < tails.length; k++) {
      tails[k] = spectra.relativeTails(k + 1);
    }
    return tails;
  }

  private INDArray tensor(Tensorization t) {
    return t.toTensor(metric.isNone() ? weight : metric.weighted(weight, t));
  }

  /** Off-heap memory would otherwise wait for the garbage collector. */
  private static void release(INDArray tensor) {
    if (tensor.closeable()) {
      tensor.close();
    }
  }

  /** Two SEPARATED unfoldings are alike if the same outputs, positions and inputs are rows. */
  private String key(Tensorization t, int bond) {
    List<Integer> rows = new ArrayList<>(t.modes().subList(0, bond + 1));
    return t.scheme() == Scheme.SEPARATED && metric.isNone()
        ? "separated " + rows.stream().mapToLong(n -> n).reduce(1, (a, b) -> a * b)
        : t + " " + bond;
  }
}
