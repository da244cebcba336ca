package org.dl4jtt.tensor;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Spreads the norm of a chain evenly over its cores, so that one learning rate fits them all: at
 * every bond and for every index a of it, {@code ‖G_k[:, :, a]‖ = ‖G_{k+1}[a, :, :]‖}. Summed over
 * a this makes all cores of one norm. The tensor stays the same: what one core is multiplied by,
 * the other is divided by.
 *
 * <p>Only the squared norms {@code N_k[a, b] = ‖G_k[a, :, b]‖²} matter, so the sweeps over the
 * bonds (Osborne's balancing of a matrix, 1960) run on those, and the cores are scaled once.
 */
final class Balance {
  private static final int SWEEPS = 200;
  private static final double CONVERGED = 1e-6;

  /**
   * An index that carries less than this part of the squared norm of the largest is rounding, or
   * less: to balance it would blow its numbers up until they overflow.
   */
  private static final double NOTHING = 1e-40;

  private Balance() {}

  /** New cores, DOUBLE, 'c' order; those given are not changed. */
  static List<INDArray> balanced(List<INDArray> cores) {
    int d = cores.size();
    double[][] data = new double[d][];
    double[][][] squares = new double[d][][];
    for (int k = 0; k < d; k++) {
      data[k] = cores.get(k).dup('c').data().asDouble();
      squares[k] = squares(cores.get(k), data[k]);
    }
    // Bond k joins core k-1 and core k; a train's bond 0 (of one index, both ends) is left alone:
    // its two cores would only pass a factor round.
    double[][] factors = new double[d][];
    for (int k = 0; k < d; k++) {
      factors[k] = new double[(int) cores.get(k).size(0)];
      java.util.Arrays.fill(factors[k], 1);
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      double largest = 0;
      for (int k = d == 1 ? 1 : 0; k < d; k++) {
        largest = Math.max(largest, balanceBond(squares[(k + d - 1) % d], squares[k], factors[k]));
      }
      if (largest < CONVERGED) {
        break;
      }
    }
    List<INDArray> balanced = new ArrayList<>();
    for (int k = 0; k < d; k++) {
      scale(cores.get(k), data[k], factors[k], factors[(k + 1) % d]);
      balanced.add(Nd4j.createFromArray(data[k]).reshape('c', cores.get(k).shape()));
    }
    return balanced;
  }

  private static double[][] squares(INDArray core, double[] data) {
    int left = (int) core.size(0);
    int n = (int) core.size(1);
    int right = (int) core.size(2);
    double[][] squares = new double[left][right];
    int i = 0;
    for (int a = 0; a < left; a++) {
      for (int j = 0; j < n; j++) {
        for (int b = 0; b < right; b++, i++) {
          squares[a][b] += data[i] * data[i];
        }
      }
    }
    return squares;
  }

  /** Returns the largest change, as a logarithm. An index that carries nothing is kept. */
  private static double balanceBond(double[][] left, double[][] right, double[] factors) {
    double[] before = new double[factors.length];
    double[] after = new double[factors.length];
    double most = 0;
    for (int a = 0; a < factors.length; a++) {
      for (double[] row : left) {
        before[a] += row[a];
      }
      for (double value : right[a]) {
        after[a] += value;
      }
      most = Math.max(most, before[a] * after[a]);
    }
    double largest = 0;
    for (int a = 0; a < factors.length; a++) {
      if (!(before[a] * after[a] > NOTHING * most)) {
        continue;
      }
      double f = Math.sqrt(before[a] / after[a]); // squares of the right core times f, left 1/f
      for (double[] row : left) {
        row[a] /= f;
      }
      for (int b = 0; b < right[a].length; b++) {
        right[a][b] *= f;
      }
      factors[a] *= Math.sqrt(f);
      largest = Math.max(largest, Math.abs(Math.log(f)));
    }
    return largest;
  }

  private static void scale(INDArray core, double[] data, double[] left, double[] right) {
    int n = (int) core.size(1);
    int i = 0;
    for (double l : left) {
      for (int j = 0; j < n; j++) {
        for (double r : right) {
          data[i++] *= l / r;
        }
      }
    }
  }
}
