package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.List;
import org.dl4jtt.internal.Finite;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What trains and rings share. */
final class Cores {
  private Cores() {}

  static List<INDArray> checked(List<INDArray> cores) {
    argument(!cores.isEmpty(), "a tensor needs at least one core");
    int d = cores.size();
    for (int k = 0; k < d; k++) {
      INDArray core = cores.get(k);
      argument(core.rank() == 3, "core %d has %d axes, not the 3 of [r, n, r']", k, core.rank());
      INDArray next = cores.get((k + 1) % d);
      argument(
          core.size(2) == next.size(0),
          "core %d ends in rank %d but core %d starts with rank %d",
          k,
          core.size(2),
          (k + 1) % d,
          next.size(0));
    }
    return List.copyOf(cores);
  }

  /**
   * The tensor: partial products [r₀, n₁⋯n_k, r_k]; the last core and the trace over r₀ = r_d are
   * one product over both bonds.
   */
  static INDArray full(List<INDArray> cores) {
    int d = cores.size();
    long r0 = cores.get(0).size(0);
    long[] modes = cores.stream().mapToLong(c -> c.size(1)).toArray();
    INDArray z = cores.get(0).dup('c').reshape('c', new long[] {r0 * modes[0], -1});
    for (int k = 1; k < (r0 == 1 ? d : d - 1); k++) {
      INDArray core = cores.get(k).dup('c');
      INDArray g = core.reshape('c', new long[] {core.size(0), core.size(1) * core.size(2)});
      INDArray next = ChainAlgebra.product(z, g, false, false);
      z = next.reshape('c', new long[] {z.size(0) * core.size(1), core.size(2)});
    }
    if (r0 == 1) {
      return z.reshape('c', modes);
    }
    if (d == 1) {
      return trace(cores.get(0)).reshape('c', modes);
    }
    // z [r₀, n₁⋯n_{d-1}, r] -> [n₁⋯n_{d-1}, r₀ r];  core [r, n_d, r₀] -> [r₀ r, n_d]
    INDArray last = cores.get(d - 1);
    long r = last.size(0);
    INDArray left =
        z.reshape('c', new long[] {r0, z.length() / (r0 * r), r})
            .permute(1, 0, 2)
            .dup('c')
            .reshape('c', new long[] {-1, r0 * r});
    INDArray right = last.permute(2, 0, 1).dup('c').reshape('c', new long[] {r0 * r, -1});
    return ChainAlgebra.product(left, right, false, false).reshape('c', modes);
  }

  /** Σ_a G[a, i, a]. */
  private static INDArray trace(INDArray core) {
    INDArray sum = Nd4j.create(core.dataType(), core.size(1));
    for (long a = 0; a < core.size(0); a++) {
      sum.addi(core.get(NDArrayIndex.point(a), NDArrayIndex.all(), NDArrayIndex.point(a)));
    }
    return sum;
  }

  /** Balances, undoes the scaling, and checks what is left of it in the type asked for. */
  static List<INDArray> finished(PowerOfTwo.Chain chain, DataType type) {
    return Finite.checked(cast(chain.scale().up(Balance.balanced(chain.cores())), type));
  }

  static List<INDArray> cast(List<INDArray> cores, DataType type) {
    return cores.stream().map(core -> core.castTo(type)).toList();
  }

  static void checkSameModes(CoreChain a, CoreChain b) {
    argument(
        a.modes().equals(b.modes()),
        "tensors of modes %s and %s cannot be combined",
        a.modes(),
        b.modes());
  }

  /** The cores of c A: |c| spread evenly, the sign on the first core. */
  static List<INDArray> times(List<INDArray> cores, double factor) {
    double share = Math.pow(Math.abs(factor), 1.0 / cores.size());
    List<INDArray> scaled = new ArrayList<>();
    for (INDArray core : cores) {
      scaled.add(core.mul(scaled.isEmpty() && factor < 0 ? -share : share));
    }
    return scaled;
  }

  /** A new array in 'c' order and double precision. */
  static INDArray doubles(INDArray tensor) {
    INDArray doubles = tensor.castTo(DataType.DOUBLE);
    return doubles == tensor || doubles.ordering() != 'c' || doubles.isView()
        ? doubles.dup('c')
        : doubles;
  }
}
