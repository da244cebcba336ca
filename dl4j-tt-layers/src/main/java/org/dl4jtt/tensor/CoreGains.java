package org.dl4jtt.tensor;

import java.util.ArrayList;
import java.util.List;
import org.dl4jtt.internal.Detached;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How far a change of one core moves the whole tensor.
 *
 * <p>A tensor is linear in each of its cores: {@code A(G_k + D) = A + J_k D}. For a train, with the
 * left interface L of the cores before k and the right interface R of those after it,
 *
 * <pre>
 *   J_kᵀ J_k = (Lᵀ L) ⊗ I ⊗ (R Rᵀ)       L [n₁⋯n_{k-1}, r_{k-1}],  R [r_k, n_{k+1}⋯n_d]
 *   gain_k   = ‖J_k‖² = ‖L‖² ‖R‖²         spectral norms
 * </pre>
 *
 * <p>A step of gradient descent on the core moves the tensor by {@code −η J_k J_kᵀ g}, where the
 * same step on the tensor itself would move it by {@code −η g}: up to {@code gain_k} times as far.
 * With the rate {@code η / gain_k} no direction moves farther than it would there, and with
 * orthonormal interfaces the core's step is that of the tensor, projected.
 */
public final class CoreGains {
  private CoreGains() {}

  /**
   * Returns {@code ‖J_k‖²} for every core, from the cores alone.
   *
   * @return d numbers, 0 or more
   */
  public static double[] of(CoreChain chain) {
    return Detached.compute(
        () -> chain instanceof TensorTrain ? ofTrain(chain.cores()) : ofRing(chain.cores()));
  }

  private static double[] ofTrain(List<INDArray> cores) {
    int d = cores.size();
    double[] left = new double[d];
    double[] right = new double[d];
    INDArray gram = Nd4j.createFromArray(new double[][] {{1}}); // LᵀL [r, r]
    for (int k = 0; k < d; k++) {
      left[k] = largest(gram);
      INDArray g = ChainAlgebra.matrix(cores.get(k), 1); // [r, n·r']
      INDArray lg = rows(ChainAlgebra.product(gram, g, false, false), cores.get(k));
      gram = ChainAlgebra.product(rows(g, cores.get(k)), lg, true, false);
    }
    gram = Nd4j.createFromArray(new double[][] {{1}}); // RRᵀ [r', r']
    for (int k = d - 1; k >= 0; k--) {
      right[k] = largest(gram);
      INDArray g = ChainAlgebra.matrix(cores.get(k), 2); // [r·n, r']
      long r = cores.get(k).size(0);
      INDArray gr = ChainAlgebra.product(g, gram, false, false).reshape('c', r, -1);
      gram = ChainAlgebra.product(g.reshape('c', r, -1), gr, false, true);
    }
    double[] gains = new double[d];
    for (int k = 0; k < d; k++) {
      gains[k] = left[k] * right[k];
    }
    return gains;
  }

  /** [r, n·r'] read as [r·n, r']. */
  private static INDArray rows(INDArray matrix, INDArray core) {
    return matrix.reshape('c', core.size(0) * core.size(1), core.size(2));
  }

  /**
   * The rest of a ring without core k, summed over its modes, is the product of the transfer
   * matrices {@code E_j[(a, a'), (b, b')] = Σ_i G_j[a, i, b] G_j[a', i, b']} of the other cores.
   */
  private static double[] ofRing(List<INDArray> cores) {
    int d = cores.size();
    List<INDArray> transfers = new ArrayList<>();
    for (INDArray core : cores) {
      transfers.add(transfer(core));
    }
    double[] gains = new double[d];
    for (int k = 0; k < d; k++) {
      int s = (int) cores.get(k).size(2);
      int r = (int) cores.get(k).size(0);
      INDArray rest = Nd4j.eye((long) s * s).castTo(DataType.DOUBLE);
      for (int j = 1; j < d; j++) {
        rest = ChainAlgebra.product(rest, transfers.get((k + j) % d), false, false);
      }
      // rest: [(b, b'), (a, a')], to the Gram matrix [(b, a), (b', a')]
      INDArray gram =
          rest.reshape('c', s, s, r, r).permute(0, 2, 1, 3).dup('c').reshape('c', s * r, s * r);
      gains[k] = largest(gram);
    }
    return gains;
  }

  private static INDArray transfer(INDArray core) {
    long r = core.size(0);
    long s = core.size(2);
    INDArray g = // [(a, b), n]
        core.castTo(DataType.DOUBLE).permute(0, 2, 1).dup('c').reshape('c', r * s, core.size(1));
    return ChainAlgebra.product(g, g, false, true) // [(a, b), (a', b')]
        .reshape('c', r, s, r, s)
        .permute(0, 2, 1, 3)
        .dup('c')
        .reshape('c', r * r, s * s);
  }

  private static double largest(INDArray gram) {
    return gram.length() == 1
        ? Math.max(0, gram.getDouble(0))
        : Svd.best().eigen(gram).values().getDouble(0);
  }
}
