package org.dl4jtt.plan;

import java.util.List;
import java.util.Optional;
import org.dl4jtt.contraction.ConvGeometry;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.Tensorization;

/**
 * Operations of a chain contracted core by core, inputs first, as a cost of each core: what the
 * dynamic programme needs. The plan that is executed may merge cores and take fewer.
 *
 * <p>Core k costs its size times the number of the other entries of the state it is applied to: the
 * input modes that are left, or the output modes that are there already.
 */
final class ChainFlops {
  private ChainFlops() {}

  static ChainRanks.CoreCost of(Tensorization t, Optional<ConvGeometry> geometry) {
    List<Integer> modes = t.modes();
    double[] factors = t.scheme() == Scheme.SEPARATED ? separated(t, geometry) : paired(t);
    return (k, left, right) -> 2 * factors[k] * modes.get(k) * left * right;
  }

  private static double[] separated(Tensorization t, Optional<ConvGeometry> geometry) {
    List<Integer> modes = t.modes();
    double[] factors = new double[modes.size()];
    int firstInput = modes.size() - t.inputModes().size();
    double positions = geometry.map(g -> (double) g.image().area()).orElse(1.0);
    double others = t.inputs();
    for (int k = modes.size() - 1; k >= firstInput; k--) {
      others /= modes.get(k);
      factors[k] = positions * others;
    }
    positions = geometry.map(g -> (double) g.outputImage().area()).orElse(1.0);
    others = 1;
    for (int k = firstInput - 1; k >= 0; k--) {
      factors[k] = positions * others;
      others *= t.isKernel() && k == firstInput - 1 ? 1 : modes.get(k);
    }
    return factors;
  }

  private static double[] paired(Tensorization t) {
    double[] factors = new double[t.inputModes().size()];
    double others = t.inputs();
    for (int k = 0; k < factors.length; k++) {
      others /= t.inputModes().get(k);
      factors[k] = others;
      others *= t.outputModes().get(k);
    }
    return factors;
  }
}
