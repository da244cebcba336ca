package org.dl4jtt.contraction;

import static org.dl4jtt.internal.Check.argument;

import java.util.List;

/**
 * How a chain of cores meets a batch: which neighbouring cores are multiplied with each other
 * first, and from which end the resulting groups are applied. One group is the full matrix.
 *
 * @param leftToRight from the first core to the last; otherwise from the last to the first
 * @param ends the number of cores up to the end of each group, increasing, the last one being d
 */
public record Path(boolean leftToRight, List<Integer> ends) {
  /** Checks that the ends increase. */
  public Path {
    ends = List.copyOf(ends);
    argument(!ends.isEmpty(), "a path needs at least one group of cores");
    int last = 0;
    for (int end : ends) {
      argument(end > last, "the ends %s of a path's groups must increase from 1", ends);
      last = end;
    }
  }

  /** The number of cores. */
  int order() {
    return ends.get(ends.size() - 1);
  }

  /** {@code (0 1 2)(3 4 5), left to right}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    int start = 0;
    for (int end : ends) {
      text.append('(');
      for (int k = start; k < end; k++) {
        text.append(k > start ? " " : "").append(k);
      }
      text.append(')');
      start = end;
    }
    return text.append(leftToRight ? ", left to right" : ", right to left").toString();
  }
}
