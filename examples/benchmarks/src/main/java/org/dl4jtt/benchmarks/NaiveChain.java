package org.dl4jtt.benchmarks;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A batch times a tensor train, core after core as the formula reads (Novikov et al. 2015, equation
 * 5), with ND4J's permutations, copies and products: what one writes without a planner.
 */
final class NaiveChain {
  private NaiveChain() {}

  /**
   * y = W x.
   *
   * @param cores core k is [r_{k-1}, m_k, n_k, r_k]
   * @param x [batch, n_1 ⋯ n_d]
   * @return [batch, m_1 ⋯ m_d]
   */
  static INDArray multiply(List<INDArray> cores, INDArray x) {
    long batch = x.size(0);
    long done = batch; // times the outputs so far
    long rest = x.size(1); // inputs to come
    INDArray state = x; // [done, r, rest]
    for (INDArray core : cores) {
      long r = core.size(0);
      long m = core.size(1);
      long n = core.size(2);
      long next = core.size(3);
      rest /= n;
      INDArray rows = // [done rest, r n]
          state
              .reshape('c', new long[] {done, r * n, rest})
              .permute(0, 2, 1)
              .dup('c')
              .reshape('c', new long[] {done * rest, r * n});
      INDArray matrix = // [r n, m next]
          core.permute(0, 2, 1, 3).dup('c').reshape('c', new long[] {r * n, m * next});
      state =
          rows.mmul(matrix)
              .dup('c')
              .reshape('c', new long[] {done, rest, m, next})
              .permute(0, 2, 3, 1)
              .dup('c');
      done *= m;
    }
    return state.reshape('c', new long[] {batch, done / batch});
  }
}
