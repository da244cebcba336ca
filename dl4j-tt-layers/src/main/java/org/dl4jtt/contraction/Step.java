package org.dl4jtt.contraction;

import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One group of cores G [a, m, n, b] applied to the batch. The state is flat memory, always in the
 * order that the next step reads, so that nothing big is ever reordered:
 *
 * <pre>
 *   left to right   [r₀, lead, M, (a n), N', tail]  ->  [r₀, lead, M, m, b, N', tail]
 *   right to left   [r₀, lead, N, (n b), M', tail]  ->  [r₀, lead, N, a, m, M', tail]
 * </pre>
 *
 * M: outputs done, N': inputs to come (left to right); N: inputs to come, M': outputs done (right
 * to left). The batch is {@code lead} if x is in 'c' order and {@code tail} if it is in 'f' order;
 * the other one is 1. The ring's r₀ appears with the first step and is summed over in the last.
 *
 * @param group the cores
 * @param order how the group's product is laid out for this step
 * @param forward state' = G state
 * @param fused the same with as few products as possible
 * @param groupGradient from the gradient of state', and state, to that of G
 * @param stateGradient from G, and the gradient of state', to that of state
 * @param length of the state after this step
 */
record Step(
    Merge group,
    Permutation order,
    Product forward,
    Product fused,
    Product groupGradient,
    Product stateGradient,
    long length) {

  /**
   * @param done outputs done (left to right) or inputs to come before this group (right to left)
   * @param rest the number of columns: all that lies behind this group's axes
   */
  static Step of(
      Merge group,
      boolean leftToRight,
      boolean first,
      boolean last,
      long r0,
      long lead,
      long done,
      long rest) {
    long[] s = group.shape();
    long m = s[1];
    long n = s[2];
    // The rank that comes in with the state, and the one that goes out with it.
    boolean opens = first && r0 > 1;
    boolean closes = last && r0 > 1;
    long in = opens ? 1 : leftToRight ? s[0] : s[3];
    long out = closes ? 1 : leftToRight ? s[3] : s[0];
    long rows = m * out;
    long inner = in * n;
    long blocks = lead * done * (first || last ? 1 : r0);
    long outer = opens || closes ? r0 : 1;
    Product.Operand a = Product.Operand.of(inner, rows * inner, 0);
    Product.Operand b = Product.Operand.of(rest, opens ? 0 : blocks * inner * rest, inner * rest);
    Product.Operand c = Product.Operand.of(rest, closes ? 0 : blocks * rows * rest, rows * rest);
    Product forward = Product.of(rows, inner, rest, a, b, c, outer, blocks);
    long length = (closes ? 1 : r0) * lead * done * rows * rest;
    return new Step(
        group,
        new Permutation(s, axes(leftToRight, opens, closes)),
        forward,
        forward.fused(),
        forward.gradientOfA().fused(),
        forward.gradientOfB().fused(),
        length);
  }

  /** The summed or opened rank stands in front of a matrix [rows, inner]. */
  private static int[] axes(boolean leftToRight, boolean opens, boolean closes) {
    if (leftToRight) {
      return opens
          ? new int[] {0, 1, 3, 2} // a, (m b), n
          : closes
              ? new int[] {3, 1, 0, 2} // b, m, (a n)
              : new int[] {1, 3, 0, 2}; // (m b), (a n)
    }
    return opens
        ? new int[] {3, 0, 1, 2} // b, (a m), n
        : new int[] {0, 1, 2, 3}; // (a m), (n b), and a, m, (n b)
  }

  double cost(boolean training, CostModel costs) {
    double opening = costs.of(order) * costs.merging(group.length(), training);
    double cost = costs.of(fused) + opening + costs.array();
    return training
        ? cost + costs.of(groupGradient) + costs.of(stateGradient) + costs.of(order)
        : cost;
  }

  /** The group as the products read it. */
  INDArray mergedGroup(
      List<INDArray> cores, Products products, Merge.Flat memory, Map<Merge, INDArray> merged) {
    return Merge.open(order, group.forward(cores, products, memory, merged), products, memory);
  }
}
