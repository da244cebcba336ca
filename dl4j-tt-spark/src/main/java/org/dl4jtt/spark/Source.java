package org.dl4jtt.spark;

import java.util.List;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.nd4j.linalg.dataset.DataSet;
import scala.Tuple2;

/** Brings workers and their data together. */
interface Source {
  /** The states after an epoch. */
  JavaRDD<WorkerState> train(JavaRDD<WorkerState> states, EpochTask task);

  /** From a factory, on the executors. */
  static Source of(Shard shard) {
    return (states, task) -> states.map(state -> task.run(state, shard::open));
  }

  /** From mini-batches that Spark holds: number j goes to worker j mod N, in order. */
  static Source of(JavaRDD<DataSet> batches, int workers) {
    JavaRDD<DataSet> partitioned =
        batches
            .zipWithIndex()
            .mapToPair(batch -> new Tuple2<>(batch._2(), batch._1()))
            .repartitionAndSortWithinPartitions(new ByNumber(workers))
            .values()
            .persist(StorageLevel.MEMORY_AND_DISK());
    return (states, task) ->
        states.zipPartitions(
            partitioned,
            (state, data) ->
                List.of(
                        task.run(
                            state.next(), (worker, n, epoch) -> new ExistingDataSetIterator(data)))
                    .iterator());
  }

  /** Number j to partition j mod N. */
  final class ByNumber extends Partitioner {
    private static final long serialVersionUID = 1;

    private final int partitions;

    ByNumber(int partitions) {
      this.partitions = partitions;
    }

    @Override
    public int numPartitions() {
      return partitions;
    }

    @Override
    public int getPartition(Object number) {
      return (int) ((Long) number % partitions);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ByNumber by && by.partitions == partitions;
    }

    @Override
    public int hashCode() {
      return partitions;
    }
  }
}
