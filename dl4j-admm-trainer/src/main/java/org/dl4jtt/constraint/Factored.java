package org.dl4jtt.constraint;

import java.util.ArrayList;
import java.util.List;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What the sets of tensor trains and tensor rings share: all but their names. */
final class Factored {
  private Factored() {}

  /** Decomposes to the ranks of the form and multiplies the cores out again. */
  static FactoredWeight project(INDArray weight, TensorForm form, INDArray out) {
    FactoredWeight member = layerForm(form).factor(weight);
    out.assign(member.toParameter());
    return member;
  }

  static LayerForm layerForm(TensorForm form) {
    return weight -> FactoredWeight.decompose(weight, form);
  }

  /** The form with inner ranks between the full ones (progress 0) and its own (progress 1). */
  static TensorForm relaxed(TensorForm form, double progress) {
    List<Integer> modes = form.tensorization().modes();
    List<Integer> ranks = new ArrayList<>(form.ranks());
    int ends = ranks.get(0);
    double left = 1;
    double right = form.tensorization().weights();
    for (int k = 1; k < form.order(); k++) {
      left *= modes.get(k - 1);
      right /= modes.get(k - 1);
      // Unfolding k has rank min(left, right) at most, which r₀ r_k must reach.
      int full = (int) Math.ceil(Math.min(left, right) / ends);
      int target = ranks.get(k);
      ranks.set(k, between(Math.max(full, target), target, progress));
    }
    return TensorForm.of(form.tensorization(), ranks);
  }

  /** Geometric interpolation, so that equal steps cut the rank by equal factors. */
  static int between(int full, int target, double progress) {
    double p = Math.min(1, Math.max(0, progress));
    return (int) Math.round(Math.pow(full, 1 - p) * Math.pow(target, p));
  }

  /**
   * Multiply-adds core by core, inputs first: to contract a core takes the core's size times the
   * number of the other entries of the state. A ring carries its open rank r₀ along.
   */
  static Cost cost(TensorForm form) {
    Tensorization t = form.tensorization();
    long flops = t.scheme() == Scheme.SEPARATED ? separated(form) : paired(form);
    return new Cost(form.weights(), flops);
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
