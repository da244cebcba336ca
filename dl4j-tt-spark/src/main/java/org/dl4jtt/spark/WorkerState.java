package org.dl4jtt.spark;

import static org.dl4jtt.internal.Check.present;

import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that a worker keeps from one epoch to the next. Immutable, for Spark may run the same task on
 * it again.
 */
final class WorkerState implements Serializable {
  private static final long serialVersionUID = 1;

  final int worker;

  /** All parameters of its network, flat. */
  final SerializableArray parameters;

  /** Momentum and the like; null if the updater has none or has not begun. */
  final @Nullable SerializableArray updater;

  /** U_i by weight; a weight that is not among them has U_i = 0. */
  private final String[] keys;

  private final SerializableArray[] duals;

  /** The network's count of iterations; epochs are counted by the driver. */
  final int iteration;

  /** The last update of Z that U_i has followed. */
  final int update;

  /** Whether W_i has moved since. */
  final boolean moved;

  /** Of the last epoch; null before the first. */
  final @Nullable WorkerReport report;

  WorkerState(
      int worker,
      SerializableArray parameters,
      @Nullable SerializableArray updater,
      Map<String, SerializableArray> duals,
      int iteration,
      int update,
      boolean moved,
      @Nullable WorkerReport report) {
    this.worker = worker;
    this.parameters = parameters;
    this.updater = updater;
    this.keys = duals.keySet().toArray(String[]::new);
    this.duals = duals.values().toArray(SerializableArray[]::new);
    this.iteration = iteration;
    this.update = update;
    this.moved = moved;
    this.report = report;
  }

  static WorkerState initial(
      int worker,
      SerializableArray parameters,
      @Nullable SerializableArray updater,
      int iteration) {
    return new WorkerState(worker, parameters, updater, Map.of(), iteration, 0, false, null);
  }

  /** The same for another worker. */
  WorkerState as(int other) {
    return new WorkerState(other, parameters, updater, duals(), iteration, update, moved, report);
  }

  /** U_i of a weight; null stands for 0. */
  @Nullable SerializableArray dual(String key) {
    return duals().get(key);
  }

  /** U_i of these weights. */
  SerializableArray[] duals(String... wanted) {
    Map<String, SerializableArray> all = duals();
    return Arrays.stream(wanted)
        .map(key -> present(all.get(key), "worker %d has no U of %s", worker, key))
        .toArray(SerializableArray[]::new);
  }

  private Map<String, SerializableArray> duals() {
    Map<String, SerializableArray> all = new LinkedHashMap<>();
    for (int k = 0; k < keys.length; k++) {
      all.put(keys[k], duals[k]);
    }
    return all;
  }

  WorkerReport reported() {
    if (report == null) {
      throw new IllegalStateException("worker " + worker + " has not run an epoch");
    }
    return report;
  }
}
