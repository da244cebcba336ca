package org.dl4jtt.admm;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Arrays of one shape in parts that stay in the cache from one operation to the next. Two additions
 * to an array of 400 MB read and write it twice; block by block they do so once.
 */
final class Blocks {
  /** Numbers: 4 MB of each array, in which an operation's call is nothing. */
  static final long LENGTH = 1 << 20;

  private final INDArray[] arrays;
  private final boolean whole;

  /** Arrays that do not lie in memory alike are one block. */
  Blocks(INDArray... arrays) {
    INDArray first = arrays[0];
    this.whole =
        first.length() <= LENGTH
            || !isDense(first)
            || !Arrays.stream(arrays).allMatch(a -> Arrays.equals(a.stride(), first.stride()));
    this.arrays =
        whole
            ? arrays
            : Arrays.stream(arrays)
                .map(a -> a.reshape(first.ordering(), new long[] {a.length()}))
                .toArray(INDArray[]::new);
  }

  private static boolean isDense(INDArray array) {
    return Arrays.equals(array.stride(), Nd4j.getStrides(array.shape(), array.ordering()));
  }

  long count() {
    return whole ? 1 : (arrays[0].length() + LENGTH - 1) / LENGTH;
  }

  /** A view of a part of the array that was given as number {@code index}. */
  INDArray get(int index, long block) {
    INDArray array = arrays[index];
    if (whole) {
      return array;
    }
    long start = block * LENGTH;
    return array.get(NDArrayIndex.interval(start, Math.min(start + LENGTH, array.length())));
  }
}
