package org.dl4jtt.layers;

import static org.dl4jtt.internal.Check.argument;
import static org.dl4jtt.layers.FormCheck.named;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.dl4jtt.tensor.RankBounds;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ranks that a builder was asked for.
 *
 * @param ring true: r₀ = r_d may exceed 1
 * @param ranks empty: from {@code targetWeights}
 * @param targetWeights share of the full weight's numbers that the cores may have; 0: not given
 */
record RankRequest(boolean ring, List<Integer> ranks, double targetWeights)
    implements Serializable {
  private static final Logger log = LoggerFactory.getLogger(RankRequest.class);

  /**
   * The form with these ranks, clipped to what can be reached.
   *
   * @param layerName for messages
   * @throws IllegalArgumentException if their number does not fit, or neither ranks nor a target
   *     that can be met were given
   */
  TensorForm resolve(@Nullable String layerName, Tensorization tensorization) {
    if (ranks.isEmpty()) {
      argument(
          targetWeights > 0,
          "%s: neither ranks nor a target were given; call ranks(..), targetWeights(..) or form(..)",
          named(layerName));
      return toTarget(layerName, tensorization);
    }
    List<Integer> all = all(layerName, tensorization.modes().size());
    List<Integer> reachable = RankBounds.clip(tensorization, all);
    if (!reachable.equals(all)) {
      log.warn(
          "{}: ranks {} of {} cannot all be reached; {} are used",
          named(layerName),
          all,
          tensorization,
          reachable);
    }
    return TensorForm.of(tensorization, reachable);
  }

  /** r₀ … r_d. */
  private List<Integer> all(@Nullable String layerName, int d) {
    int given = ranks.size();
    if (given == d + 1) {
      argument(
          ranks.get(0).equals(ranks.get(d)) && (ring || ranks.get(0) == 1),
          "%s: first and last rank must be equal (1 for a train), got %s",
          named(layerName),
          ranks);
      return ranks;
    }
    int free = ring ? d : d - 1;
    argument(
        given == 1 || given == free,
        "%s: a %s of %d cores takes 1, %d or %d ranks, got %s",
        named(layerName),
        ring ? "ring" : "train",
        d,
        free,
        d + 1,
        ranks);
    List<Integer> all =
        new ArrayList<>(given == 1 ? Collections.nCopies(free, ranks.get(0)) : ranks);
    if (!ring) {
      all.add(0, 1);
    }
    all.add(ring ? all.get(0) : 1);
    return all;
  }

  /** The highest uniform rank that meets the target. */
  private TensorForm toTarget(@Nullable String layerName, Tensorization t) {
    double limit = targetWeights * t.weights();
    TensorForm best = null;
    int low = 1;
    int high = 1 << 20;
    while (low <= high) {
      int rank = (low + high) >>> 1;
      TensorForm tried = uniform(t, rank);
      if (tried.weights() <= limit) {
        best = tried;
        low = rank + 1;
      } else {
        high = rank - 1;
      }
    }
    argument(
        best != null,
        "%s: targetWeights %s of %d weights cannot be met: %s has %d at rank 1; split into more modes",
        named(layerName),
        targetWeights,
        t.weights(),
        t,
        uniform(t, 1).weights());
    return Objects.requireNonNull(best);
  }

  private TensorForm uniform(Tensorization t, int rank) {
    return ring ? TensorForm.ring(t, rank) : TensorForm.train(t, rank);
  }
}
