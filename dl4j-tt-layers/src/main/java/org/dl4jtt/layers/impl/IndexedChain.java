package org.dl4jtt.layers.impl;

import java.util.ArrayList;
import java.util.List;
import org.dl4jtt.tensor.TensorForm;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Products of one slice of each core, for many choices of slices at once.
 *
 * <pre>
 *   G_k  [a, m, n, b]      slice i of it: [a, m·b]
 *   z_k = z_{k-1} · G_k[i_k]      [B, r₀·m₁⋯m_{k-1}, a] · [B, a, m·b] = [B, r₀·m₁⋯m_k, b]
 * </pre>
 *
 * <p>A batched product for each core; the gradient of a slice is added where it was taken from.
 */
final class IndexedChain {
  private final List<INDArray> slices = new ArrayList<>(); // [B, a, m·b]
  private final List<INDArray> states = new ArrayList<>(); // z_1 … z_d
  private final List<INDArray> cores;
  private final int[][] digits;

  /**
   * Computes the products, in the current workspace.
   *
   * @param cores each {@code [a, m, n, b]}
   * @param digits for each core the B slices i, below n
   */
  IndexedChain(List<INDArray> cores, int[][] digits) {
    this.cores = cores;
    this.digits = digits;
    for (int k = 0; k < cores.size(); k++) {
      INDArray core = cores.get(k);
      long batch = digits[k].length;
      long a = core.size(0);
      long columns = core.size(1) * core.size(3);
      INDArray table = // [n, a·m·b]
          core.permute(2, 0, 1, 3).dup('c').reshape('c', new long[] {core.size(2), a * columns});
      INDArray taken =
          Nd4j.createUninitialized(core.dataType(), new long[] {batch, a * columns}, 'c');
      Nd4j.pullRows(table, taken, 1, digits[k]);
      INDArray slice = taken.reshape('c', new long[] {batch, a, columns});
      slices.add(slice);
      INDArray z = slice;
      if (k > 0) {
        INDArray before = states.get(k - 1);
        z =
            Nd4j.createUninitialized(
                core.dataType(), new long[] {batch, before.size(1), columns}, 'c');
        Nd4j.matmul(before, slice, z);
      }
      states.add(
          z.reshape('c', new long[] {batch, z.length() / (batch * core.size(3)), core.size(3)}));
    }
  }

  /** {@code [B, r₀·m₁⋯m_d, r_d]}. */
  INDArray product() {
    return states.get(states.size() - 1);
  }

  /**
   * Writes the cores' gradients.
   *
   * @param productGradient of the shape of {@link #product}, 'c' order
   * @param coreGradients each {@code [a, m, n, b]}
   */
  void backward(INDArray productGradient, List<INDArray> coreGradients) {
    INDArray dz = productGradient;
    for (int k = cores.size() - 1; k >= 0; k--) {
      INDArray core = cores.get(k);
      INDArray slice = slices.get(k);
      long batch = slice.size(0);
      dz =
          dz.reshape('c', new long[] {batch, dz.length() / (batch * slice.size(2)), slice.size(2)});
      INDArray sliceGradient = dz;
      if (k > 0) {
        INDArray before = states.get(k - 1);
        sliceGradient = Nd4j.createUninitialized(core.dataType(), slice.shape(), 'c');
        Nd4j.matmul(before, dz, sliceGradient, true, false, false);
        INDArray next = Nd4j.createUninitialized(core.dataType(), before.shape(), 'c');
        Nd4j.matmul(dz, slice, next, false, true, false);
        dz = next;
      }
      scatter(sliceGradient, digits[k], core, coreGradients.get(k));
    }
  }

  private static void scatter(INDArray slices, int[] digits, INDArray core, INDArray gradient) {
    long n = core.size(2);
    INDArray rows =
        slices.reshape('c', new long[] {slices.size(0), slices.length() / slices.size(0)});
    INDArray table = RowSums.of(rows, digits, n);
    gradient.assign(
        table
            .reshape('c', new long[] {n, core.size(0), core.size(1), core.size(3)})
            .permute(1, 2, 0, 3));
  }

  /** The index of each core among the input modes, the last of which varies fastest. */
  static int[][] digits(int[] indices, List<Integer> modes) {
    int[][] digits = new int[modes.size()][indices.length];
    for (int b = 0; b < indices.length; b++) {
      int rest = indices[b];
      for (int k = modes.size() - 1; k >= 0; k--) {
        digits[k][b] = rest % modes.get(k);
        rest /= modes.get(k);
      }
    }
    return digits;
  }

  /**
   * A layer's cores as {@code [a, m, n, b]}: n is 1 for an output core of SEPARATED, m for an input
   * core.
   */
  static List<INDArray> fourAxes(TensorForm form, List<INDArray> cores) {
    int outputs = form.tensorization().outputModes().size();
    List<INDArray> views = new ArrayList<>();
    for (int k = 0; k < cores.size(); k++) {
      INDArray core = cores.get(k);
      if (core.rank() == 4) {
        views.add(core);
      } else {
        long mode = core.size(1);
        long[] shape =
            k < outputs
                ? new long[] {core.size(0), mode, 1, core.size(2)}
                : new long[] {core.size(0), 1, mode, core.size(2)};
        views.add(core.reshape('c', shape));
      }
    }
    return views;
  }
}
