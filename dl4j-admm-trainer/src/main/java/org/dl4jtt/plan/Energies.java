package org.dl4jtt.plan;

import static org.dl4jtt.tensor.Check.argument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.Tensorization;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What truncating the unfoldings of a weight cuts, for any of its tensorizations.
 *
 * <p>The squared singular values of an unfolding A are the eigenvalues of its Gram matrix {@code A
 * Aᵀ}, taken on its shorter side in double. Squares are lost below 1e-16 of the largest, which no
 * plan can tell from zero, and it is several times faster than a singular value decomposition.
 */
final class Energies {
  /** A shorter side beyond this takes minutes. */
  static final long LONGEST_SIDE = 4_608;

  private final INDArray weight;
  private final String where;

  /** Unfoldings by what they are: tensorizations share some. */
  private final Map<String, double[]> known = new HashMap<>();

  /**
   * Keeps a copy in double.
   *
   * @param where layer and parameter, for messages
   */
  Energies(INDArray weight, String where) {
    this.weight = weight.castTo(DataType.DOUBLE);
    this.where = where;
  }

  /** The shorter side of the squarest unfolding. */
  static long longestSide(Tensorization t) {
    long longest = 0;
    long left = 1;
    for (int mode : t.modes()) {
      left *= mode;
      longest = Math.max(longest, Math.min(left, t.weights() / left));
    }
    return longest;
  }

  /**
   * tail_k(r), relative to the weight's own energy: at [k - 1][r], r = 0 … rank of unfolding k.
   *
   * @throws IllegalArgumentException if the weight holds NaN or infinity
   */
  double[][] tails(Tensorization t) {
    INDArray tensor = t.toTensor(weight);
    List<Integer> modes = t.modes();
    double[][] tails = new double[modes.size() - 1][];
    long rows = 1;
    for (int k = 0; k < tails.length; k++) {
      rows *= modes.get(k);
      INDArray unfolding = tensor.reshape('c', new long[] {rows, tensor.length() / rows});
      tails[k] = known.computeIfAbsent(key(t, k), name -> tails(unfolding));
    }
    return tails;
  }

  /** Two SEPARATED unfoldings are alike if the same outputs, positions and inputs are rows. */
  private static String key(Tensorization t, int bond) {
    List<Integer> rows = new ArrayList<>(t.modes().subList(0, bond + 1));
    return t.scheme() == Scheme.SEPARATED
        ? "separated " + rows.stream().mapToLong(n -> n).reduce(1, (a, b) -> a * b)
        : t + " " + bond;
  }

  private double[] tails(INDArray a) {
    boolean wide = a.rows() <= a.columns();
    int n = Math.min(a.rows(), a.columns());
    INDArray gram = Nd4j.create(DataType.DOUBLE, new long[] {n, n}, 'f');
    Nd4j.gemm(a, a, gram, !wide, wide, 1, 0);
    double trace = 0;
    for (int i = 0; i < n; i++) {
      trace += gram.getDouble(i, i);
    }
    argument(Double.isFinite(trace), "%s holds NaN or infinity; it cannot be planned", where);
    double[] energies = {trace};
    if (n > 1) {
      INDArray eigenvalues = Nd4j.create(DataType.DOUBLE, n);
      Nd4j.getBlasWrapper().lapack().syev('N', 'L', gram, eigenvalues);
      energies = eigenvalues.toDoubleVector();
      Arrays.sort(energies);
    }
    double[] tail = new double[n + 1];
    for (int r = n - 1; r >= 0; r--) {
      tail[r] = tail[r + 1] + Math.max(0, energies[n - 1 - r]);
    }
    double all = tail[0];
    return all == 0 ? tail : Arrays.stream(tail).map(e -> e / all).toArray();
  }
}
