package org.dl4jtt.plan;

import java.util.List;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;

/** Operations of a weight in tensor form applied once, core by core. */
final class FormFlops {
  private FormFlops() {}

  /**
   * Counts two operations for each multiply-add, to one example of a matrix or at one output
   * position of a kernel. Cores are applied inputs first: a core takes its size times the number of
   * the other entries of the state, and a ring carries its open rank r₀ along.
   */
  static long of(TensorForm form) {
    Tensorization t = form.tensorization();
    return 2 * (t.scheme() == Scheme.SEPARATED ? separated(form) : paired(form));
  }

  /**
   * Counts the operations that look one row up: the slices of the input modes, multiplied from the
   * first core to the last, {@code [r₀ m₁⋯m_{k-1}, r_{k-1}] · [r_{k-1}, m_k r_k]}.
   */
  static long ofRow(TensorForm form) {
    Tensorization t = form.tensorization();
    int outputs = t.outputModes().size();
    long rows = form.ranks().get(0);
    long flops = 0;
    for (int k = 0; k < form.order(); k++) {
      long mode =
          t.scheme() == Scheme.PAIRED
              ? t.outputModes().get(k)
              : k < outputs ? t.outputModes().get(k) : 1;
      if (k > 0) {
        flops += 2 * rows * form.ranks().get(k) * mode * form.ranks().get(k + 1);
      }
      rows *= mode;
    }
    return flops;
  }

  /** State [n₁ … n_q] loses one input mode per core from the right, then gains the outputs. */
  private static long separated(TensorForm form) {
    List<Integer> modes = form.tensorization().modes();
    List<Integer> ranks = form.ranks();
    int d = form.order();
    int inputs = form.tensorization().inputModes().size();
    long others = form.tensorization().inputs();
    long flops = 0;
    for (int k = d - 1; k >= d - inputs; k--) {
      others /= modes.get(k); // the input modes that are left
      flops += others * size(form, k) * (k == d - 1 ? 1 : ranks.get(0));
    }
    others = 1;
    for (int k = d - inputs - 1; k >= 0; k--) {
      flops += others * size(form, k) * ranks.get(0);
      boolean kernel = form.tensorization().isKernel() && k == d - inputs - 1;
      others *= kernel ? 1 : modes.get(k); // the output modes that are there
    }
    return flops;
  }

  /** State [m₁ … m_{k-1}, r_{k-1}, n_k … n_d]: core k swaps an input mode for an output mode. */
  private static long paired(TensorForm form) {
    Tensorization t = form.tensorization();
    long others = t.inputs();
    long flops = 0;
    int first = t.isKernel() ? 1 : 0;
    for (int k = first; k < form.order(); k++) {
      others /= t.inputModes().get(k - first);
      flops += others * size(form, k) * (k == 0 ? 1 : form.ranks().get(0));
      others *= t.outputModes().get(k - first);
    }
    // Every position of the kernel is a matrix of its own: its core closes the chain for each.
    return t.isKernel()
        ? t.positions() * (flops + (long) t.outputs() * form.ranks().get(1))
        : flops;
  }

  private static long size(TensorForm form, int k) {
    return (long) form.ranks().get(k)
        * form.tensorization().modes().get(k)
        * form.ranks().get(k + 1);
  }
}
