package org.dl4jtt.plan;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.tensor.ModeFactorization;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.Tensorization;

/**
 * The tensorizations that a plan tries for a weight: SEPARATED with whole channels ({@code (O, K·K,
 * I)}; for a matrix the plain low rank) and with each side split in two; PAIRED with two, three and
 * four pairs of modes. A side that cannot be split, a prime, is tried whole only.
 */
final class Candidates {
  private static final int MOST_PAIRS = 4;

  private Candidates() {}

  static List<Tensorization> of(WeightShape weight, Set<Scheme> schemes) {
    Set<Tensorization> all = new LinkedHashSet<>();
    if (schemes.contains(Scheme.SEPARATED)) {
      all.add(separated(weight, 1));
      all.add(separated(weight, 2));
    }
    if (schemes.contains(Scheme.PAIRED)) {
      for (int d = 2; d <= MOST_PAIRS; d++) {
        ModeFactorization.Pair pair =
            ModeFactorization.paired(weight.outputs(), weight.inputs(), d);
        if (!pair.outputModes().contains(1) && !pair.inputModes().contains(1)) {
          all.add(weight.tensorization(Scheme.PAIRED, pair.outputModes(), pair.inputModes()));
        }
      }
    }
    return new ArrayList<>(all);
  }

  private static Tensorization separated(WeightShape weight, int parts) {
    return weight.tensorization(
        Scheme.SEPARATED, split(weight.outputs(), parts), split(weight.inputs(), parts));
  }

  private static List<Integer> split(int n, int parts) {
    List<Integer> modes = ModeFactorization.balanced(n, parts);
    return modes.contains(1) ? List.of(n) : modes;
  }
}
