package org.dl4jtt.constraint;

import java.util.Arrays;

/**
 * The k values nearest to given numbers: k-means in one dimension.
 *
 * <p>Clusters of sorted points are intervals. With D[c][j] the least error of the first j points in
 * c clusters,
 *
 * <pre>
 *   D[c][j] = min_i D[c-1][i] + cost(i, j)        cost(i, j) = Σ w (x − mean)² over points i … j-1
 * </pre>
 *
 * and the best i grows with j, so that each c takes n log n by divide and conquer (Grønlund et al.
 * 2017, arXiv:1701.07204, §2). Equal numbers are one point with their count as weight.
 */
final class Codebook {
  private static final int MOST_CELLS = 1 << 24;

  private final double[] values; // rising

  private Codebook(double[] values) {
    this.values = values;
  }

  /** The value of the codebook nearest to a number; of two the smaller. */
  double nearest(double number) {
    int at = Arrays.binarySearch(values, number);
    if (at >= 0) {
      return values[at];
    }
    int above = -at - 1;
    if (above == 0) {
      return values[0];
    }
    boolean below = above == values.length || number - values[above - 1] <= values[above] - number;
    return values[below ? above - 1 : above];
  }

  static Codebook best(double[] numbers, int k) {
    double[] sorted = numbers.clone();
    Arrays.sort(sorted);
    double[] different = Arrays.stream(sorted).distinct().toArray();
    if (different.length <= k) {
      return new Codebook(different);
    }
    int most = Math.max(k, MOST_CELLS / k);
    Points points =
        different.length <= most ? Points.of(sorted, different) : Points.groups(sorted, most);
    return new Codebook(points.means(points.clusters(k)));
  }

  /** Prefix sums of weights, of w x and of w x², about the mean of all so that digits last. */
  private static final class Points {
    private final double middle;
    private final double[] weight;
    private final double[] first;
    private final double[] second;

    private Points(int n, double middle) {
      this.middle = middle;
      this.weight = new double[n + 1];
      this.first = new double[n + 1];
      this.second = new double[n + 1];
    }

    static Points of(double[] sorted, double[] different) {
      Points points = new Points(different.length, mean(sorted));
      int from = 0;
      for (int i = 0; i < different.length; i++) {
        int to = from;
        while (to < sorted.length && sorted[to] == different[i]) {
          to++;
        }
        points.put(i, sorted, from, to);
        from = to;
      }
      return points;
    }

    static Points groups(double[] sorted, int count) {
      Points points = new Points(count, mean(sorted));
      for (int i = 0; i < count; i++) {
        int from = (int) ((long) sorted.length * i / count);
        points.put(i, sorted, from, (int) ((long) sorted.length * (i + 1) / count));
      }
      return points;
    }

    private static double mean(double[] numbers) {
      return Arrays.stream(numbers).sum() / numbers.length;
    }

    private void put(int i, double[] sorted, int from, int to) {
      double x1 = 0;
      double x2 = 0;
      for (int j = from; j < to; j++) {
        double x = sorted[j] - middle;
        x1 += x;
        x2 += x * x;
      }
      weight[i + 1] = weight[i] + (to - from);
      first[i + 1] = first[i] + x1;
      second[i + 1] = second[i] + x2;
    }

    private double cost(int from, int to) {
      double w = weight[to] - weight[from];
      double x = first[to] - first[from];
      return w == 0 ? 0 : Math.max(0, second[to] - second[from] - x * x / w);
    }

    double[] means(int[] ends) {
      double[] means = new double[ends.length];
      int from = 0;
      for (int c = 0; c < ends.length; c++) {
        int to = ends[c];
        means[c] = middle + (first[to] - first[from]) / (weight[to] - weight[from]);
        from = to;
      }
      return means;
    }

    /** Where the k best clusters end. */
    int[] clusters(int k) {
      int n = weight.length - 1;
      int[][] starts = new int[k][n + 1];
      double[] error = new double[n + 1];
      for (int j = 1; j <= n; j++) {
        error[j] = cost(0, j);
      }
      for (int c = 1; c < k; c++) {
        double[] next = new double[n + 1];
        fill(error, next, starts[c], new Range(c + 1, n), new Range(c, n - 1));
        error = next;
      }
      int[] ends = new int[k];
      int end = n;
      for (int c = k - 1; c >= 0; c--) {
        ends[c] = end;
        end = starts[c][end];
      }
      return ends;
    }

    /** From and to, both included. */
    private record Range(int from, int to) {}

    private void fill(double[] before, double[] error, int[] starts, Range ends, Range candidates) {
      if (ends.from > ends.to) {
        return;
      }
      int j = (ends.from + ends.to) >>> 1;
      double least = Double.POSITIVE_INFINITY;
      int best = candidates.from;
      for (int i = candidates.from; i <= Math.min(candidates.to, j - 1); i++) {
        double e = before[i] + cost(i, j);
        if (e < least) {
          least = e;
          best = i;
        }
      }
      error[j] = least;
      starts[j] = best;
      fill(before, error, starts, new Range(ends.from, j - 1), new Range(candidates.from, best));
      fill(before, error, starts, new Range(j + 1, ends.to), new Range(best, candidates.to));
    }
  }
}
