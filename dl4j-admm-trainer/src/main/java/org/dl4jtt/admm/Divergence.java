package org.dl4jtt.admm;

import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.internal.Norms;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What to say of a training whose numbers are no longer finite: where it is worst, and the way out.
 */
final class Divergence {
  private Divergence() {}

  static IllegalStateException of(
      List<ConstrainedWeight> weights, Model model, int iteration, String what) {
    ConstrainedWeight worst = weights.get(0);
    double distance = -1;
    for (ConstrainedWeight weight : weights) {
      INDArray w = weight.weight(model);
      double d = Norms.distance2(w, weight.state().z()) / Norms.norm2(weight.state().z());
      if (!Double.isFinite(d)) {
        worst = weight;
        distance = d;
        break;
      }
      if (d > distance) {
        worst = weight;
        distance = d;
      }
    }
    return new IllegalStateException(
        String.format(
            Locale.ROOT,
            "%s at iteration %d; the worst is %s (rho = %.3g, |W - Z| / |Z| = %.3g);"
                + " try a smaller rho or learning rate, from the last saved network",
            what,
            iteration,
            worst.constrained().label(),
            worst.state().rho(),
            distance));
  }
}
