package org.dl4jtt.constraint;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Finds the scale s for which the levels 0, s, 2s, … L s are nearest to given magnitudes m.
 *
 * <p>As s falls from infinity, the level of m steps from k to k + 1 at {@code s = m / (k + 1/2)}.
 * Between two such steps all levels k_i are fixed, and the best scale for them is {@code s = A / B}
 * with {@code A = Σ m_i k_i, B = Σ k_i²}, whose error is {@code Σ m² − A² / B}. So one pass over
 * the n L steps in falling order, a merge of L sorted lists, finds the global minimum. Above
 * {@value #EXACT_STEPS} steps (and more than one level) {@value #CANDIDATES} scales are tried
 * instead, and the best few improved by turns of levels and {@code A / B}.
 */
final class ScaleSearch {
  private static final int EXACT_STEPS = 1 << 20;
  private static final int CANDIDATES = 200;
  private static final int IMPROVED = 3;
  private static final double WIDEST_CLIPPING = 64;

  /** A weight is a member if its magnitudes are this near to levels: rounding of floats. */
  private static final double MEMBER = 0x1p-21;

  private final double[] magnitudes; // falling, without zeros
  private final int levels;

  private ScaleSearch(double[] magnitudes, int levels) {
    this.magnitudes = magnitudes;
    this.levels = levels;
  }

  /**
   * Returns the best scale, or 0 if all magnitudes are.
   *
   * @param magnitudes any order, none negative
   * @param levels L
   */
  static double best(double[] magnitudes, int levels, Scales scales) {
    double[] rising = Arrays.stream(magnitudes).filter(m -> m > 0).sorted().toArray();
    if (rising.length == 0) {
      return 0;
    }
    double[] falling = new double[rising.length];
    for (int i = 0; i < falling.length; i++) {
      falling[i] = rising[falling.length - 1 - i];
    }
    ScaleSearch search = new ScaleSearch(falling, levels);
    double member = search.memberScale(scales);
    if (member > 0) {
      return member;
    }
    return scales == Scales.POWER_OF_TWO ? search.powerOfTwo() : search.rounded(scales);
  }

  /** The level of a magnitude. */
  static long level(double magnitude, double scale, int levels) {
    return Math.min(levels, Math.round(magnitude / scale));
  }

  /** The scale that the magnitudes are multiples of already, so that members stay; else 0. */
  private double memberScale(Scales scales) {
    for (int k = levels; k >= 1; k--) {
      double scale = scales.nearest(magnitudes[0] / k);
      if (Arrays.stream(magnitudes).allMatch(m -> isLevel(m, scale))) {
        return scale;
      }
    }
    return 0;
  }

  private boolean isLevel(double m, double scale) {
    return Math.abs(m - scale * level(m, scale, levels)) <= MEMBER * magnitudes[0];
  }

  /**
   * From the least power that clips nothing down: a larger one has fewer levels, all of them levels
   * of this one. Below, what is clipped alone becomes too much at some point.
   */
  private double powerOfTwo() {
    double scale = Scales.POWER_OF_TWO.ceil(magnitudes[0] / levels);
    double best = scale;
    double least = error(scale);
    for (double s = scale / 2; clipped(s) < least; s /= 2) {
      double error = error(s);
      if (error < least) {
        least = error;
        best = s;
      }
    }
    return best;
  }

  private double clipped(double scale) {
    double error = 0;
    for (int i = 0; i < magnitudes.length && magnitudes[i] > levels * scale; i++) {
      error += Math.pow(magnitudes[i] - levels * scale, 2);
    }
    return error;
  }

  private double rounded(Scales scales) {
    double free =
        levels == 1 || (long) magnitudes.length * levels <= EXACT_STEPS ? exact() : searched();
    double floor = scales.floor(free);
    double ceil = scales.ceil(free);
    return error(floor) <= error(ceil) ? floor : ceil;
  }

  private double error(double scale) {
    double error = 0;
    for (double m : magnitudes) {
      error += Math.pow(m - scale * level(m, scale, levels), 2);
    }
    return error;
  }

  /** The list of the steps from level k to k + 1, and how far the merge has come in it. */
  private static final class Steps implements Comparable<Steps> {
    final int k;
    int next;
    double scale;

    Steps(int k, double largest) {
      this.k = k;
      this.scale = largest / (k + 0.5);
    }

    @Override
    public int compareTo(Steps other) {
      return Double.compare(other.scale, scale); // falling
    }
  }

  private double exact() {
    PriorityQueue<Steps> merge = new PriorityQueue<>(levels);
    for (int k = 0; k < levels; k++) {
      merge.add(new Steps(k, magnitudes[0]));
    }
    double a = 0;
    double b = 0;
    double most = -1;
    double best = 0;
    while (!merge.isEmpty()) {
      Steps steps = merge.remove();
      a += magnitudes[steps.next];
      b += 2.0 * steps.k + 1;
      if (a * a / b > most) {
        most = a * a / b;
        best = a / b;
      }
      if (++steps.next < magnitudes.length) {
        steps.scale = magnitudes[steps.next] / (steps.k + 0.5);
        merge.add(steps);
      }
    }
    return best;
  }

  /** A coarse grid over all that could be, a fine one about its best scale, then improvement. */
  private double searched() {
    double largest = magnitudes[0] / levels;
    double coarse = least(grid(largest / WIDEST_CLIPPING, largest))[0];
    double step = Math.pow(WIDEST_CLIPPING, 1.0 / (CANDIDATES - 1));
    double best = coarse;
    double least = Double.POSITIVE_INFINITY;
    for (double candidate : least(grid(coarse / step, coarse * step))) {
      double scale = improved(candidate);
      double error = error(scale);
      if (error < least) {
        least = error;
        best = scale;
      }
    }
    return best;
  }

  private static double[] grid(double from, double to) {
    double[] scales = new double[CANDIDATES];
    for (int c = 0; c < CANDIDATES; c++) {
      scales[c] = from * Math.pow(to / from, (double) c / (CANDIDATES - 1));
    }
    return scales;
  }

  /** The few scales of least error, the best one first. */
  private double[] least(double[] scales) {
    return Arrays.stream(scales)
        .boxed()
        .map(scale -> new double[] {scale, error(scale)})
        .sorted(Comparator.comparingDouble(scaleAndError -> scaleAndError[1]))
        .limit(IMPROVED)
        .mapToDouble(scaleAndError -> scaleAndError[0])
        .toArray();
  }

  private double improved(double start) {
    double scale = start;
    double before;
    do {
      before = scale;
      double a = 0;
      double b = 0;
      for (double m : magnitudes) {
        double k = level(m, scale, levels);
        a += m * k;
        b += k * k;
      }
      scale = a / b;
    } while (Math.abs(scale - before) > 1e-9 * before);
    return scale;
  }
}
