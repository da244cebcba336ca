package org.dl4jtt.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Alternating least squares for a ring (Zhao et al. 2016, algorithm 2): one core after the other is
 * set to the minimum of ‖A − A'‖, the others fixed.
 *
 * <pre>
 *   A_k [n_k, n_{k+1}⋯n_{k-1}] ≈ X Pᵀ     X [n_k, r_k r_{k-1}] the core, P all others multiplied
 *   X = (A_k P) (PᵀP)⁺
 * </pre>
 *
 * PᵀP comes from the cores alone. A_k P is made in two steps, the right half of the others first,
 * so that neither P nor anything larger than a few times A is ever stored.
 */
final class RingAls {
  private static final int SWEEPS = 3;

  /** A sweep that lowers the error by less than this part of it is the last. */
  private static final double STALLED = 1e-3;

  /** PᵀP of more rows than this costs more than the polish is worth. */
  private static final int LARGEST_SYSTEM = 1024;

  /** Eigenvalues of PᵀP below this part of the largest are directions that P does not have. */
  private static final double ABSENT = 1e-12;

  /** Size of the numbers that fill a core up, relative to the core's own. */
  private static final double FILL = 1e-2;

  private RingAls() {}

  /** Cores of the ranks asked, at least as near to the tensor as those given. */
  static List<INDArray> polished(INDArray tensor, List<INDArray> cores, List<Integer> ranks) {
    List<INDArray> start = padded(cores, ranks, 0);
    for (int k = 0; k < cores.size(); k++) {
      if ((long) ranks.get(k) * ranks.get(k + 1) > LARGEST_SYSTEM) {
        return start;
      }
    }
    List<INDArray> polished = sweep(tensor, padded(Balance.balanced(cores), ranks, FILL));
    return distance(tensor, polished) < distance(tensor, start) ? polished : start;
  }

  /** The cores in larger ones, at the low indices; small seeded numbers, or zeros, elsewhere. */
  static List<INDArray> padded(List<INDArray> cores, List<Integer> ranks, double fill) {
    Random random = new Random(1);
    List<INDArray> padded = new ArrayList<>();
    for (int k = 0; k < cores.size(); k++) {
      INDArray core = cores.get(k);
      long[] shape = {ranks.get(k), core.size(1), ranks.get(k + 1)};
      double size = fill * core.norm2Number().doubleValue() / Math.sqrt((double) core.length());
      double[] values = new double[Math.toIntExact(shape[0] * shape[1] * shape[2])];
      for (int i = 0; i < values.length && fill > 0; i++) {
        values[i] = size * random.nextGaussian();
      }
      INDArray larger = Nd4j.createFromArray(values).reshape('c', shape);
      INDArrayIndex[] corner = {
        NDArrayIndex.interval(0, core.size(0)),
        NDArrayIndex.all(),
        NDArrayIndex.interval(0, core.size(2))
      };
      larger.get(corner).assign(core);
      padded.add(larger);
    }
    return padded;
  }

  private static double distance(INDArray tensor, List<INDArray> cores) {
    INDArray full = Cores.full(cores);
    return full.subi(tensor.reshape('c', full.shape())).norm2Number().doubleValue();
  }

  private static List<INDArray> sweep(INDArray tensor, List<INDArray> start) {
    List<INDArray> cores = new ArrayList<>(start);
    int d = cores.size();
    List<Integer> modes = cores.stream().map(core -> (int) core.size(1)).toList();
    double squaredNorm = Math.pow(tensor.norm2Number().doubleValue(), 2);
    double before = Double.POSITIVE_INFINITY;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      double squaredError = 0;
      for (int k = 0; k < d; k++) {
        List<INDArray> others = new ArrayList<>(cores);
        Collections.rotate(others, -k);
        INDArray core = others.remove(0); // others: cores k+1 … k-1
        INDArray turned = TrSvd.turned(tensor, modes, k);
        INDArray right = unfolded(turned, modes.get(k), others); // [n_k, r_{k-1} r_k]
        turned.close();
        INDArray solved = ChainAlgebra.product(right, pseudoInverse(gram(others)), false, false);
        squaredError = squaredNorm - solved.mul(right).sumNumber().doubleValue();
        cores.set(
            k,
            solved
                .reshape('c', new long[] {core.size(1), core.size(0), core.size(2)})
                .permute(1, 0, 2)
                .dup('c'));
      }
      double error = Math.sqrt(Math.max(0, squaredError));
      if (error > (1 - STALLED) * before) {
        break;
      }
      before = error;
    }
    return cores;
  }

  /** A_k P: [n_k, r_{k-1} r_k]. */
  private static INDArray unfolded(INDArray turned, long n, List<INDArray> others) {
    int split = others.size() / 2;
    long ends = others.get(0).size(0); // r_k
    long last = others.get(others.size() - 1).size(2); // r_{k-1}
    INDArray right = chain(others.subList(split, others.size())); // [c, b, r_{k-1}]
    long c = right.size(0);
    long b = right.size(1);
    long a = turned.length() / n / b;
    INDArray first = right.permute(1, 0, 2).dup('c').reshape('c', new long[] {b, c * last});
    INDArray half =
        ChainAlgebra.product(turned.reshape('c', new long[] {n * a, b}), first, false, false);
    if (split == 0) { // a = 1 and c = r_k
      return half.reshape('c', new long[] {n, c, last})
          .permute(0, 2, 1)
          .dup('c')
          .reshape('c', new long[] {n, last * ends});
    }
    // half: [n, a·c, r_{k-1}] -> [n, r_{k-1}, a·c]; the left part: [r_k, a·c]
    INDArray rows =
        half.reshape('c', new long[] {n, a * c, last})
            .permute(0, 2, 1)
            .dup('c')
            .reshape('c', new long[] {n * last, a * c});
    INDArray left = chain(others.subList(0, split)).reshape('c', new long[] {ends, a * c});
    return ChainAlgebra.product(rows, left, false, true).reshape('c', new long[] {n, last * ends});
  }

  /** The product of neighbouring cores, [r, n⋯, r']. */
  private static INDArray chain(List<INDArray> cores) {
    INDArray product = ChainAlgebra.matrix(cores.get(0), 2);
    for (INDArray core : cores.subList(1, cores.size())) {
      INDArray next = ChainAlgebra.product(product, ChainAlgebra.matrix(core, 1), false, false);
      product = next.reshape('c', new long[] {product.size(0) * core.size(1), core.size(2)});
    }
    long left = cores.get(0).size(0);
    return product.reshape('c', new long[] {left, product.size(0) / left, product.size(1)});
  }

  /** PᵀP over [r_{k-1} r_k], from Σ_i G[i] ⊗ G[i] of every core. */
  private static INDArray gram(List<INDArray> others) {
    INDArray product = null; // [r_k r_k, s s]
    for (INDArray core : others) {
      long r = core.size(0);
      long n = core.size(1);
      long s = core.size(2);
      INDArray byMode = core.permute(1, 0, 2).dup('c').reshape('c', new long[] {n, r * s});
      INDArray squares =
          ChainAlgebra.product(byMode, byMode, true, false)
              .reshape('c', new long[] {r, s, r, s})
              .permute(0, 2, 1, 3)
              .dup('c')
              .reshape('c', new long[] {r * r, s * s});
      product = product == null ? squares : ChainAlgebra.product(product, squares, false, false);
    }
    long first = others.get(0).size(0);
    long last = others.get(others.size() - 1).size(2);
    INDArray pairs = Objects.requireNonNull(product);
    return pairs
        .reshape('c', new long[] {first, first, last, last})
        .permute(2, 0, 3, 1)
        .dup('c')
        .reshape('c', new long[] {last * first, last * first});
  }

  static INDArray pseudoInverse(INDArray gram) {
    Svd.Eigen eigen = Svd.best().eigen(gram);
    double[] inverse = eigen.values().toDoubleVector();
    double least = ABSENT * inverse[0];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = inverse[i] > least ? 1 / inverse[i] : 0;
    }
    INDArray v = eigen.vectors(); // as rows
    INDArray factors = Nd4j.createFromArray(inverse).reshape('c', new long[] {inverse.length, 1});
    return ChainAlgebra.product(v, v.mulColumnVector(factors), true, false);
  }
}
