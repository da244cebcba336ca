package org.dl4jtt.constraint;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.dl4jtt.tensor.Metric;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a {@link Metric} says of the rows [O, P·I] of a weight: the error of a row d is {@code h_o Σ
 * dᵀ C d}. C, plus 1e-3 of its mean diagonal, is of whole rows, or of I inputs and then the same
 * for each position: a row falls into segments of C's size. Of H only the diagonal is used.
 */
final class InputMoment {
  private static final double REGULARIZATION = 1e-3;

  private final double @Nullable [][] matrix;
  private final double[] diagonal;
  private final double[] outputs;

  private InputMoment(double @Nullable [][] matrix, double[] diagonal, double[] outputs) {
    this.matrix = matrix;
    this.diagonal = diagonal;
    this.outputs = outputs;
  }

  static InputMoment of(Metric metric, Entries entries) {
    double[] outputs = metric.outputs().map(InputMoment::diagonal).orElse(ones(entries.outputs()));
    if (metric.inputs().isEmpty()) {
      return new InputMoment(null, ones(entries.inputs()), outputs);
    }
    INDArray c = metric.inputs().orElseThrow();
    double[] diagonal = diagonal(c);
    double mean = Arrays.stream(diagonal).average().orElseThrow();
    double added = mean > 0 ? REGULARIZATION * mean : 1; // inputs that are always 0
    double[][] matrix = c.rank() == 2 ? c.toDoubleMatrix() : null;
    for (int i = 0; i < diagonal.length; i++) {
      diagonal[i] += added;
      if (matrix != null) {
        matrix[i][i] += added;
      }
    }
    return new InputMoment(matrix, diagonal, outputs);
  }

  private static double[] ones(int n) {
    double[] ones = new double[n];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static double[] diagonal(INDArray moment) {
    double[] diagonal = new double[(int) moment.size(0)];
    for (int i = 0; i < diagonal.length; i++) {
      diagonal[i] = moment.rank() == 1 ? moment.getDouble(i) : moment.getDouble(i, i);
    }
    return diagonal;
  }

  /** True if what is lost in one column can be made up for in others. */
  boolean couplesInputs() {
    return matrix != null;
  }

  /** Weight of an output: its entry of H's diagonal. */
  double output(int o) {
    return outputs[o];
  }

  /** Entry of C's diagonal for a column of a row. */
  double input(int column) {
    return diagonal[column % diagonal.length];
  }

  /** 1 / [C⁻¹]_ii for each column of a segment: what an entry is worth once the others adapt. */
  double[] worth() {
    if (matrix == null) {
      return diagonal.clone();
    }
    double[][] inverse = Cholesky.of(matrix).inverse();
    double[] worth = new double[inverse.length];
    for (int i = 0; i < worth.length; i++) {
      worth[i] = 1 / inverse[i][i];
    }
    return worth;
  }

  /**
   * Sets a row to zero outside the kept columns, and the kept entries to what makes up best for
   * that: {@code w_S += C_SS⁻¹ C_SR w_R} (Hassibi and Stork 1993, eq. 5, for several weights at
   * once).
   */
  void keep(double[] row, BitSet kept) {
    int n = diagonal.length;
    for (int from = 0; from < row.length; from += n) {
      BitSet segment = kept.get(from, from + n);
      if (matrix != null && !segment.isEmpty() && segment.cardinality() < n) {
        makeUp(row, from, segment.stream().toArray(), matrix);
      }
      for (int i = segment.nextClearBit(0); i < n; i = segment.nextClearBit(i + 1)) {
        row[from + i] = 0;
      }
    }
  }

  private static void makeUp(double[] row, int from, int[] kept, double[][] c) {
    double[] lost = new double[c.length];
    for (int i = 0; i < lost.length; i++) {
      lost[i] = row[from + i];
    }
    for (int i : kept) {
      lost[i] = 0;
    }
    double[][] block = new double[kept.length][kept.length];
    double[] right = new double[kept.length];
    for (int a = 0; a < kept.length; a++) {
      for (int b = 0; b < kept.length; b++) {
        block[a][b] = c[kept[a]][kept[b]];
      }
      for (int i = 0; i < lost.length; i++) {
        right[a] += c[kept[a]][i] * lost[i];
      }
    }
    double[] added = Cholesky.of(block).solve(right);
    for (int a = 0; a < kept.length; a++) {
      row[from + kept[a]] += added[a];
    }
  }

  /** L with {@code C⁻¹ = L Lᵀ}, which must couple the inputs. */
  double[][] inverseRoot() {
    return Cholesky.of(Cholesky.of(Objects.requireNonNull(matrix)).inverse()).lower();
  }

  /** Writes whichever of two members has the smaller error in the metric, the first if equal. */
  static void writeBetter(
      Metric metric, INDArray weight, INDArray first, INDArray second, INDArray out) {
    boolean better = metric.error(weight, second) < metric.error(weight, first);
    out.assign(better ? second : first);
  }

  /** True if the metric changes nothing. Throws if it is for another weight. */
  static boolean isTrivial(Metric metric, INDArray weight) {
    return metric.norm(weight) == 0 || metric.isNone();
  }
}
