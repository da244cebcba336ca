package org.dl4jtt.contraction;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Finds the cheapest {@link Path} of a chain for a batch.
 *
 * <p>The cost of a step depends only on the group that it applies, as what lies left and right of
 * it is the same whichever way that was grouped. So the least cost of all 2^(d-1) groupings is a
 * shortest path over the d + 1 places between cores: d² steps for each direction. How a group is
 * multiplied together is the matrix chain problem, d³.
 */
final class PathSearch {
  private final MatrixChain chain;
  private final CostModel costs;
  private final int d;

  /** Merges by first core and end; by what inference and training take. */
  private final Merge[][][] merges;

  private final Merge[] whole = new Merge[2];

  PathSearch(MatrixChain chain, CostModel costs) {
    this.chain = chain;
    this.costs = costs;
    this.d = chain.order();
    this.merges = new Merge[2][d][d + 1];
    for (int training = 0; training < 2; training++) {
      mergeAll(training);
    }
  }

  private void mergeAll(int training) {
    Merge[][] table = merges[training];
    for (int i = 0; i < d; i++) {
      table[i][i + 1] = new Merge(chain, i);
    }
    for (int length = 2; length <= d; length++) {
      for (int i = 0; i + length <= d; i++) {
        int j = i + length;
        table[i][j] = cheapest(table, i, j, false, training);
      }
    }
    whole[training] = chain.isRing() && d > 1 ? cheapest(table, 0, d, true, training) : table[0][d];
  }

  private Merge cheapest(Merge[][] table, int i, int j, boolean closed, int training) {
    Merge best = null;
    for (int s = i + 1; s < j; s++) {
      Merge merge = new Merge(table[i][s], table[s][j], closed, costs);
      if (best == null || merge.cost(training == 1) < best.cost(training == 1)) {
        best = merge;
      }
    }
    return java.util.Objects.requireNonNull(best);
  }

  /** The cheapest of all paths. */
  MatrixPlan best(long batch, boolean batchFirst, boolean training) {
    Path right = shortest(false, batch, batchFirst, training);
    Path left = shortest(true, batch, batchFirst, training);
    MatrixPlan a = plan(left, batch, batchFirst, training);
    MatrixPlan b = plan(right, batch, batchFirst, training);
    return a.cost() <= b.cost() ? a : b;
  }

  private Path shortest(boolean leftToRight, long batch, boolean batchFirst, boolean training) {
    double[] least = new double[d + 1];
    int[] from = new int[d + 1];
    for (int j = 1; j <= d; j++) {
      least[j] = Double.POSITIVE_INFINITY;
      for (int i = 0; i < j; i++) {
        double cost =
            least[i] + cost(step(i, j, leftToRight, batch, batchFirst, training), training);
        if (cost < least[j] || i == 0) {
          least[j] = cost;
          from[j] = i;
        }
      }
    }
    Deque<Integer> ends = new ArrayDeque<>();
    for (int j = d; j > 0; j = from[j]) {
      ends.addFirst(j);
    }
    return new Path(leftToRight, List.copyOf(ends));
  }

  /** The plan that follows the given path. */
  MatrixPlan plan(Path path, long batch, boolean batchFirst, boolean training) {
    argument(
        path.order() == d, "path %s is for %d cores, the matrix has %d", path, path.order(), d);
    List<Step> steps = new ArrayList<>();
    double cost = 0;
    int start = 0;
    for (int end : path.ends()) {
      Step step = step(start, end, path.leftToRight(), batch, batchFirst, training);
      steps.add(path.leftToRight() ? steps.size() : 0, step);
      cost += cost(step, training);
      start = end;
    }
    return new MatrixPlan(path, steps, batchFirst, batch, training, cost);
  }

  private double cost(Step step, boolean training) {
    // More than this many numbers is no array: DL4J counts parameters and workspaces in ints.
    boolean tooLong =
        step.group().length() > Integer.MAX_VALUE || step.length() > Integer.MAX_VALUE;
    return tooLong
        ? Double.POSITIVE_INFINITY
        : step.group().cost(training) * costs.merging(step.group().length(), training)
            + step.cost(training, costs);
  }

  private Step step(
      int i, int j, boolean leftToRight, long batch, boolean batchFirst, boolean training) {
    long lead = batchFirst ? batch : 1;
    long tail = batchFirst ? 1 : batch;
    int t = training ? 1 : 0;
    boolean isWhole = i == 0 && j == d;
    Merge group = isWhole ? whole[t] : merges[t][i][j];
    int r0 = isWhole ? 1 : chain.rank(0);
    return leftToRight
        ? Step.of(
            group, true, i == 0, j == d, r0, lead, chain.outputs(0, i), chain.inputs(j, d) * tail)
        : Step.of(
            group, false, j == d, i == 0, r0, lead, chain.inputs(0, i), chain.outputs(j, d) * tail);
  }
}
