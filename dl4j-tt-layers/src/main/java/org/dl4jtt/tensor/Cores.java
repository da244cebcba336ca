package org.dl4jtt.tensor;

import static org.dl4jtt.tensor.Check.argument;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

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

  /** The tensor: partial products [r₀, n₁⋯n_k, r_k], then the trace over r₀ = r_d. */
  static INDArray full(List<INDArray> cores) {
    INDArray first = cores.get(0);
    long r0 = first.size(0);
    long[] modes = cores.stream().mapToLong(c -> c.size(1)).toArray();
    INDArray z = first.dup('c').reshape('c', new long[] {r0 * modes[0], first.size(2)});
    for (int k = 1; k < cores.size(); k++) {
      INDArray core = cores.get(k).dup('c');
      INDArray g = core.reshape('c', new long[] {core.size(0), core.size(1) * core.size(2)});
      INDArray next = Nd4j.create(z.dataType(), new long[] {z.size(0), g.size(1)}, 'c');
      Nd4j.gemm(z, g, next, false, false, 1, 0);
      z = next.reshape('c', new long[] {z.size(0) * core.size(1), core.size(2)});
    }
    if (r0 == 1) {
      return z.reshape('c', modes);
    }
    long n = z.length() / (r0 * r0);
    INDArray ends = z.reshape('c', new long[] {r0, n, r0});
    INDArray sum = Nd4j.create(z.dataType(), n);
    for (long a = 0; a < r0; a++) {
      sum.addi(
          ends.get(
              org.nd4j.linalg.indexing.NDArrayIndex.point(a),
              org.nd4j.linalg.indexing.NDArrayIndex.all(),
              org.nd4j.linalg.indexing.NDArrayIndex.point(a)));
    }
    return sum.reshape('c', modes);
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
