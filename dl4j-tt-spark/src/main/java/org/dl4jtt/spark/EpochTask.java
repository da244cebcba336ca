package org.dl4jtt.spark;

import java.io.Serializable;
import java.util.Locale;
import org.apache.spark.broadcast.Broadcast;
import org.dl4jtt.admm.WeightDecay;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** One epoch, for any worker: runs on the executors. */
final class EpochTask implements Serializable {
  private static final long serialVersionUID = 1;

  private final Broadcast<Blueprint> blueprint;
  private final Broadcast<Consensus> consensus;
  private final WeightDecay decay;
  private final int workers;
  private final int epoch;
  private final long seed;

  EpochTask(
      Broadcast<Blueprint> blueprint,
      Broadcast<Consensus> consensus,
      WeightDecay decay,
      int workers,
      int epoch,
      long seed) {
    this.blueprint = blueprint;
    this.consensus = consensus;
    this.decay = decay;
    this.workers = workers;
    this.epoch = epoch;
    this.seed = seed;
  }

  /** Opens a worker's data. */
  interface Data {
    DataSetIterator open(int worker, int workers, int epoch) throws Exception;
  }

  /**
   * The worker's state after the epoch.
   *
   * @throws IllegalStateException naming the worker and the epoch
   */
  WorkerState run(WorkerState state, Data data) {
    Natives.check();
    try {
      return Worker.train(
          blueprint.value(),
          state,
          consensus.value(),
          data.open(state.worker, workers, epoch),
          decay,
          seed(state.worker));
    } catch (Exception e) { // whatever the user's data or network throws
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "worker %d of %d, epoch %d: %s",
              state.worker + 1,
              workers,
              epoch + 1,
              e),
          e);
    }
  }

  /** Another one for every worker and epoch (SplitMix64 of the three). */
  private long seed(int worker) {
    return mix(mix(mix(seed) + worker) + epoch);
  }

  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
