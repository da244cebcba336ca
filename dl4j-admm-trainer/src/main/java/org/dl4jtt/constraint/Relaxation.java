package org.dl4jtt.constraint;

import java.util.ArrayList;
import java.util.List;
import org.dl4jtt.tensor.TensorForm;

/** Ranks that tighten step by step. */
final class Relaxation {
  private Relaxation() {}

  /** The form with inner ranks between the full ones (progress 0) and its own (progress 1). */
  static TensorForm of(TensorForm form, double progress) {
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
}
