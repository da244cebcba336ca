package org.dl4jtt.contraction;

import static org.dl4jtt.internal.Check.argument;

import java.util.Collections;
import java.util.List;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;

/**
 * A matrix in tensor form, whichever its scheme: core k is {@code [r_{k-1}, m_k, n_k, r_k]}. In a
 * SEPARATED form the cores of the outputs have n = 1 and those of the inputs m = 1.
 */
record MatrixChain(List<Integer> m, List<Integer> n, List<Integer> r) {

  static MatrixChain of(TensorForm form) {
    Tensorization t = form.tensorization();
    argument(!t.isKernel(), "%s is the form of a kernel, not of a matrix", form);
    if (t.scheme() == Scheme.PAIRED) {
      return new MatrixChain(t.outputModes(), t.inputModes(), form.ranks());
    }
    return new MatrixChain(
        concat(t.outputModes(), Collections.nCopies(t.inputModes().size(), 1)),
        concat(Collections.nCopies(t.outputModes().size(), 1), t.inputModes()),
        form.ranks());
  }

  /** d. */
  int order() {
    return m.size();
  }

  /** m_{i+1} ⋯ m_j of cores i … j-1, counted from 0. */
  long outputs(int i, int j) {
    return product(m.subList(i, j));
  }

  /** n_{i+1} ⋯ n_j. */
  long inputs(int i, int j) {
    return product(n.subList(i, j));
  }

  /** Rank between core i - 1 and core i. */
  int rank(int i) {
    return r.get(i);
  }

  boolean isRing() {
    return r.get(0) > 1;
  }

  private static long product(List<Integer> values) {
    return values.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
  }

  private static List<Integer> concat(List<Integer> a, List<Integer> b) {
    return java.util.stream.Stream.concat(a.stream(), b.stream()).toList();
  }
}
