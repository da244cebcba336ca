package org.dl4jtt.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * {@code Σ p_i (W_i + U_i)} over the workers; where there is no U, {@code Σ p_i W_i}.
 *
 * <p>Every worker cuts its vector into as many slices as there are workers, and slice k of all of
 * them is summed in one place, in the order of the workers: floating-point sums depend on the
 * order, and a tree of partial sums merges in the order in which its tasks happen to end. It also
 * moves least: with N workers and vectors of S bytes each machine sends S and receives S, the
 * driver receives S.
 */
final class Mean implements Serializable {
  private static final long serialVersionUID = 1;

  /** Below this length a slice is not worth a task. */
  private static final int SMALLEST = 1 << 16;

  private final Layout layout;
  private final String[] keys;
  private final double[] shares;
  private final int slices;

  /**
   * The mean with these shares.
   *
   * @param layout of the constrained weights
   * @param keys of the same
   * @param shares p_i; a worker with share 0 is left out
   */
  Mean(Layout layout, String[] keys, double[] shares) {
    this.layout = layout;
    this.keys = keys;
    this.shares = shares;
    this.slices = Math.max(1, Math.min(shares.length, layout.total() / SMALLEST));
  }

  SerializableArray of(JavaRDD<WorkerState> states) {
    List<Tuple2<Integer, SerializableArray>> sums =
        new ArrayList<>(
            states
                .filter(state -> shares[state.worker] > 0)
                .flatMapToPair(state -> slices(state).iterator())
                .groupByKey(slices)
                .mapValues(this::sum)
                .collect());
    sums.sort(Comparator.comparing(Tuple2::_1));
    return SerializableArray.join(sums.stream().map(Tuple2::_2).toArray(SerializableArray[]::new));
  }

  private List<Tuple2<Integer, Slice>> slices(WorkerState state) {
    SerializableArray vector = state.parameters.plus(layout.starts(), state.duals(keys));
    List<Tuple2<Integer, Slice>> all = new ArrayList<>();
    for (int k = 0; k < slices; k++) {
      all.add(new Tuple2<>(k, new Slice(state.worker, vector.slice(bound(k), bound(k + 1)))));
    }
    return all;
  }

  private int bound(int k) {
    return (int) ((long) layout.total() * k / slices);
  }

  private SerializableArray sum(Iterable<Slice> parts) {
    List<Slice> ordered = new ArrayList<>();
    parts.forEach(ordered::add);
    ordered.sort(Comparator.comparingInt(part -> part.worker));
    return SerializableArray.weightedSum(
        ordered.stream().mapToDouble(part -> shares[part.worker]).toArray(),
        ordered.stream().map(part -> part.numbers).toArray(SerializableArray[]::new));
  }

  private static final class Slice implements Serializable {
    private static final long serialVersionUID = 1;

    private final int worker;
    private final SerializableArray numbers;

    Slice(int worker, SerializableArray numbers) {
      this.worker = worker;
      this.numbers = numbers;
    }
  }
}
