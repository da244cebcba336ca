package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Tries the ways to split outputs and inputs into modes and scores each by the weights and the
 * multiply-adds that a train of one rank would need.
 *
 * <p>The candidates are all sorted splits into 1 to {@code maxModes} modes above 1, with the input
 * modes rising or falling against falling output modes; in a pair the shorter list is filled up
 * with modes of 1. The multiply-adds, per example (of a kernel: per output pixel), are those of the
 * cheaper of the two plain sweeps, or of the dense weight where that is less (a PAIRED kernel has
 * to be rebuilt). How a layer really multiplies is decided by its planner, which knows more.
 */
public final class ModeSearch {
  private ModeSearch() {}

  /**
   * One way to split.
   *
   * @param form modes and reachable ranks
   * @param weights of all cores
   * @param multiplyAdds per example, or per output pixel
   */
  public record Candidate(TensorForm form, long weights, long multiplyAdds) {
    /** The parts of the dense weights and multiply-adds that are left, multiplied. */
    public double score() {
      double dense = form.tensorization().weights();
      return weights / dense * (multiplyAdds / dense);
    }
  }

  /** The candidate of the least {@link Candidate#score()}. */
  public static TensorForm best(
      Scheme scheme, int outputs, List<Integer> kernel, int inputs, int maxModes, int rank) {
    return candidates(scheme, outputs, kernel, inputs, maxModes, rank).get(0).form();
  }

  /**
   * All candidates, the least score first.
   *
   * @param kernel empty for a matrix, {kH, kW} for a convolution kernel
   * @param maxModes the most modes for the outputs, and for the inputs
   * @param rank of every inner bond, lowered where it cannot be reached
   */
  public static List<Candidate> candidates(
      Scheme scheme, int outputs, List<Integer> kernel, int inputs, int maxModes, int rank) {
    argument(maxModes >= 1 && maxModes <= 31, "maxModes is %d; from 1 to 31 make sense", maxModes);
    argument(rank >= 1, "rank is %d; it must be 1 or more", rank);
    Set<Tensorization> tensorizations = new LinkedHashSet<>();
    for (List<Integer> m : ModeFactorization.all(outputs, maxModes)) {
      for (List<Integer> n : ModeFactorization.all(inputs, maxModes)) {
        List<Integer> rising = new ArrayList<>(n);
        Collections.reverse(rising);
        if (scheme == Scheme.SEPARATED) {
          tensorizations.add(new Tensorization(scheme, m, kernel, n));
          tensorizations.add(new Tensorization(scheme, m, kernel, rising));
        } else {
          int d = Math.max(m.size(), n.size());
          List<Integer> ones = Collections.nCopies(d - n.size(), 1);
          List<Integer> outputModes = join(m, Collections.nCopies(d - m.size(), 1));
          tensorizations.add(new Tensorization(scheme, outputModes, kernel, join(n, ones)));
          tensorizations.add(new Tensorization(scheme, outputModes, kernel, join(ones, rising)));
        }
      }
    }
    return tensorizations.stream()
        .map(t -> candidate(t, rank))
        .sorted(
            Comparator.comparingDouble(Candidate::score)
                .thenComparing(candidate -> candidate.form().toString()))
        .toList();
  }

  private static Candidate candidate(Tensorization t, int rank) {
    TensorForm form = TensorForm.train(t, rank);
    return new Candidate(form, form.weights(), Math.min(t.weights(), sweep(form)));
  }

  private static long sweep(TensorForm form) {
    Tensorization t = form.tensorization();
    List<Integer> r = form.ranks();
    List<Integer> m = t.outputModes();
    List<Integer> n = t.inputModes();
    if (t.scheme() == Scheme.SEPARATED) {
      // inputs from the last core, the kernel between two ranks, outputs towards the first core
      int first = form.order() - n.size();
      double sum = 0;
      double open = t.inputs();
      for (int k = n.size() - 1; k >= 0; k--) {
        sum += open * r.get(first + k + 1) * r.get(first + k);
        open /= n.get(k);
      }
      if (t.isKernel()) {
        sum += (double) t.positions() * r.get(first - 1) * r.get(first);
      }
      open = 1;
      for (int k = m.size() - 1; k >= 0; k--) {
        open *= m.get(k);
        sum += open * r.get(k + 1) * r.get(k);
      }
      return rounded(sum);
    }
    if (t.isKernel()) {
      return t.weights();
    }
    double right = 0;
    double left = 0;
    for (int k = 0; k < m.size(); k++) {
      double step = (double) m.get(k) * n.get(k) * r.get(k) * r.get(k + 1);
      right += product(m.subList(0, k)) * step * product(n.subList(k + 1, n.size()));
      left += product(n.subList(0, k)) * step * product(m.subList(k + 1, m.size()));
    }
    return rounded(Math.min(right, left));
  }

  private static long rounded(double count) {
    return (long) Math.min(count, Long.MAX_VALUE);
  }

  private static double product(List<Integer> modes) {
    return modes.stream().mapToDouble(Integer::doubleValue).reduce(1, (a, b) -> a * b);
  }

  private static List<Integer> join(List<Integer> a, List<Integer> b) {
    return IntStream.concat(
            a.stream().mapToInt(Integer::intValue), b.stream().mapToInt(Integer::intValue))
        .boxed()
        .toList();
  }
}
