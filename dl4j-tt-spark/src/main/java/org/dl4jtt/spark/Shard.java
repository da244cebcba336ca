package org.dl4jtt.spark;

import static org.dl4jtt.internal.Check.argument;

import java.io.Serializable;
import java.net.URI;
import java.util.List;
import org.dl4jtt.Experimental;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * The training data, worker by worker: each worker opens its own part where it runs, so examples
 * never pass through Spark.
 *
 * <pre>{@code
 * Shard shard = (worker, workers, epoch) -> new MyIterator(file, worker, workers, seed + epoch);
 * }</pre>
 *
 * <p>The same arguments have to give the same mini-batches: a task that is run again, after a
 * failure or a restart, then gives the same numbers. Parts may differ in size (a worker counts by
 * its examples), and may be empty.
 */
@FunctionalInterface
@Experimental
public interface Shard extends Serializable {

  /**
   * One worker's mini-batches of one epoch, at their start.
   *
   * @param worker from 0
   * @param workers how many there are
   * @param epoch of this training, from 0
   */
  DataSetIterator open(int worker, int workers, int epoch) throws Exception;

  /**
   * Files split among the workers: worker i of N reads every N-th file from number i on, in the
   * order given. With DataVec:
   *
   * <pre>{@code
   * Shard.ofFiles(files, mine -> {
   *   RecordReader reader = new CSVRecordReader();
   *   reader.initialize(new CollectionInputSplit(mine));
   *   return new RecordReaderDataSetIterator(reader, 32, 784, 10);
   * });
   * }</pre>
   *
   * <p>Files of {@code hdfs:}, {@code s3a:} and the like are copied to the executor's own disk,
   * once, by Hadoop's file system; those of {@code file:} have to be there on every machine.
   *
   * @param files URIs or absolute paths
   * @param reader from a worker's files to its mini-batches
   */
  static Shard ofFiles(List<String> files, Reader reader) {
    argument(!files.isEmpty(), "there are no files to train on");
    return new FileShard(files, reader);
  }

  /** Reads files. */
  @FunctionalInterface
  interface Reader extends Serializable {
    /**
     * The mini-batches of these files.
     *
     * @param files local ones, at least one
     */
    DataSetIterator open(List<URI> files) throws Exception;
  }
}
