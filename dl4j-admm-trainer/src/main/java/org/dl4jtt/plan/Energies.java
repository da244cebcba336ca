package org.dl4jtt.plan;

import org.dl4jtt.tensor.Tensorization;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What truncating the unfoldings of a weight cuts. */
final class Energies {
  private Energies() {}

  /** tail_k(r), relative to the weight's own energy: at [k - 1][r], r = 0 … rank of unfolding k. */
  static double[][] of(INDArray weight, Tensorization t) {
    INDArray tensor = t.toTensor(weight.castTo(org.nd4j.linalg.api.buffer.DataType.DOUBLE));
    int bonds = t.modes().size() - 1;
    double[][] tails = new double[bonds][];
    long rows = 1;
    for (int k = 0; k < bonds; k++) {
      rows *= t.modes().get(k);
      INDArray matrix = tensor.reshape('c', new long[] {rows, tensor.length() / rows});
      if (matrix.rows() > matrix.columns()) {
        matrix = matrix.transpose();
      }
      double[] s =
          new org.apache.commons.math3.linear.SingularValueDecomposition(
                  new org.apache.commons.math3.linear.Array2DRowRealMatrix(
                      matrix.transpose().toDoubleMatrix()))
              .getSingularValues();
      tails[k] = tails(s);
    }
    return tails;
  }

  private static double[] tails(double[] s) {
    double[] tail = new double[s.length + 1];
    for (int r = s.length - 1; r >= 0; r--) {
      tail[r] = tail[r + 1] + s[r] * s[r];
    }
    double all = tail[0] == 0 ? 1 : tail[0];
    for (int r = 0; r < tail.length; r++) {
      tail[r] /= all;
    }
    return tail;
  }
}
