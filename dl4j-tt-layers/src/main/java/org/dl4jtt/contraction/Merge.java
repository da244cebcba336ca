package org.dl4jtt.contraction;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Neighbouring cores multiplied with each other, as a binary tree over single cores:
 *
 * <pre>
 *   L [a, m₁, n₁, r] · R [r, m₂, n₂, c]  ->  [a, m₁, m₂, n₁, n₂, c]  =  [a, m₁m₂, n₁n₂, c]
 * </pre>
 *
 * <p>The two inner axes change places. Either block by block, each a small product that lands where
 * it belongs, or as one product [a m₁ n₁, r] · [r, m₂ n₂ c] whose result is reordered.
 *
 * <p>A closed merge makes the full matrix of a ring: a = c is summed over as well, by joining it to
 * r on both sides.
 */
final class Merge {
  private final int core;
  private final @Nullable Merge left;
  private final @Nullable Merge right;
  private final long[] shape;

  private final @Nullable Permutation openLeft;
  private final @Nullable Permutation openRight;
  private final @Nullable Product product;
  private final @Nullable Permutation swap;
  private final double cost;
  private final double trainingCost;
  private final double flops;

  /** A single core. */
  Merge(MatrixChain chain, int core) {
    this.core = core;
    this.left = null;
    this.right = null;
    this.shape =
        new long[] {
          chain.rank(core), chain.m().get(core), chain.n().get(core), chain.rank(core + 1)
        };
    this.openLeft = null;
    this.openRight = null;
    this.product = null;
    this.swap = null;
    this.cost = 0;
    this.trainingCost = 0;
    this.flops = 0;
  }

  /** The cheaper way to multiply two neighbours. */
  Merge(Merge left, Merge right, boolean closed, CostModel costs) {
    this.core = -1;
    this.left = left;
    this.right = right;
    long a = closed ? 1 : left.shape[0];
    long m1 = left.shape[1];
    long n1 = left.shape[2];
    long r = closed ? left.shape[0] * left.shape[3] : left.shape[3];
    long m2 = right.shape[1];
    long n2 = right.shape[2];
    long c = closed ? 1 : right.shape[3];
    this.shape = new long[] {a, m1 * m2, n1 * n2, c};
    this.openLeft = closed ? new Permutation(left.shape, new int[] {1, 2, 0, 3}) : null;
    this.openRight = closed ? new Permutation(right.shape, new int[] {3, 0, 1, 2}) : null;

    Product whole = Product.single(a * m1 * n1, r, m2 * n2 * c);
    Permutation inner =
        new Permutation(new long[] {a * m1, n1, m2, n2 * c}, new int[] {0, 2, 1, 3});
    Product blocks =
        Product.of(
            n1,
            r,
            n2 * c,
            Product.Operand.of(r, n1 * r, 0),
            Product.Operand.of(m2 * n2 * c, 0, n2 * c),
            Product.Operand.of(n2 * c, m2 * n1 * n2 * c, n1 * n2 * c),
            a * m1,
            m2);
    boolean inBlocks =
        !inner.isIdentity()
            && costs.gaps()
            && training(blocks, costs) < training(whole, costs) + 2 * costs.of(inner);
    this.product = inBlocks ? blocks : whole;
    this.swap = inBlocks || inner.isIdentity() ? null : inner;
    double opening =
        openLeft == null || openRight == null ? 0 : costs.of(openLeft) + costs.of(openRight);
    double swapping = swap == null ? 0 : costs.of(swap);
    this.cost =
        left.cost + right.cost + opening + costs.of(product.fused()) + swapping + costs.array();
    this.trainingCost =
        left.trainingCost
            + right.trainingCost
            + 2 * (opening + swapping)
            + training(product, costs)
            + 3 * costs.array(); // the product, and its gradients where they are not the cores' own
    this.flops = left.flops + right.flops + product.flops();
  }

  private static double training(Product p, CostModel costs) {
    return costs.of(p.fused())
        + costs.of(p.gradientOfA().fused())
        + costs.of(p.gradientOfB().fused());
  }

  /** [a, m, n, c]. */
  long[] shape() {
    return shape;
  }

  double cost(boolean training) {
    return training ? trainingCost : cost;
  }

  double flops() {
    return flops;
  }

  double length() {
    return (double) shape[0] * shape[1] * shape[2] * shape[3];
  }

  /**
   * The product of the cores, flat.
   *
   * @param kept what backward needs: the results of all merges below this one
   */
  INDArray forward(
      List<INDArray> cores, Products products, Flat scratch, Map<Merge, INDArray> kept) {
    if (left == null || right == null || product == null) {
      return cores.get(core);
    }
    INDArray l = open(openLeft, left.forward(cores, products, scratch, kept), products, scratch);
    INDArray r = open(openRight, right.forward(cores, products, scratch, kept), products, scratch);
    kept.put(left, l);
    kept.put(right, r);
    INDArray result = scratch.allocate((long) length());
    products.multiply(product.fused(), l, r, result);
    return open(swap, result, products, scratch);
  }

  /**
   * From the gradient of the product to those of the cores.
   *
   * @param gradient flat; may be overwritten
   */
  void backward(
      INDArray gradient,
      Map<Merge, INDArray> kept,
      List<INDArray> coreGradients,
      Products products,
      Flat scratch) {
    if (left == null || right == null || product == null) {
      return; // the gradient was written where it belongs
    }
    INDArray delta = open(inverse(swap), gradient, products, scratch);
    INDArray l = java.util.Objects.requireNonNull(kept.get(left));
    INDArray r = java.util.Objects.requireNonNull(kept.get(right));

    INDArray lGradient = left.target(openLeft, coreGradients, scratch);
    products.multiply(product.gradientOfA().fused(), delta, r, lGradient);
    INDArray rGradient = right.target(openRight, coreGradients, scratch);
    products.multiply(product.gradientOfB().fused(), l, delta, rGradient);

    left.close(openLeft, lGradient, kept, coreGradients, products, scratch);
    right.close(openRight, rGradient, kept, coreGradients, products, scratch);
  }

  /** Where a gradient goes: into the core's own if nothing has to be done to it any more. */
  INDArray target(@Nullable Permutation order, List<INDArray> coreGradients, Flat scratch) {
    return left == null && isIdentity(order)
        ? coreGradients.get(core)
        : scratch.allocate((long) length());
  }

  /** Undoes a reordering of this node's result, then goes on below. */
  void close(
      @Nullable Permutation order,
      INDArray gradient,
      Map<Merge, INDArray> kept,
      List<INDArray> coreGradients,
      Products products,
      Flat scratch) {
    INDArray own = gradient;
    if (order != null && !order.isIdentity()) {
      own = target(null, coreGradients, scratch);
      products.permute(order.inverse(), gradient, own);
    }
    backward(own, kept, coreGradients, products, scratch);
  }

  static INDArray open(
      @Nullable Permutation order, INDArray array, Products products, Flat scratch) {
    if (order == null || order.isIdentity()) {
      return array;
    }
    INDArray result = scratch.allocate(array.length());
    products.permute(order, array, result);
    return result;
  }

  private static boolean isIdentity(@Nullable Permutation order) {
    return order == null || order.isIdentity();
  }

  private static @Nullable Permutation inverse(@Nullable Permutation order) {
    return order == null ? null : order.inverse();
  }

  /** Flat scratch memory of one data type. */
  interface Flat {
    INDArray allocate(long length);
  }
}
