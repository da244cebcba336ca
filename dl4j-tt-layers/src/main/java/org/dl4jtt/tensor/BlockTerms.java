package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A tensor as a sum of Tucker blocks of equal ranks.
 *
 * @param blocks at least one, DOUBLE
 */
public record BlockTerms(List<TuckerBlock> blocks) {
  /** Copies the list. */
  public BlockTerms {
    blocks = List.copyOf(blocks);
    argument(!blocks.isEmpty(), "a sum of blocks needs at least one");
  }

  /** Returns the tensor [n₁, …, n_d], DOUBLE, 'c' order. */
  public INDArray full() {
    INDArray sum = blocks.get(0).full().dup('c');
    blocks.stream().skip(1).forEach(block -> sum.addi(block.full()));
    return sum;
  }

  /** Returns how many numbers cores and factors hold. */
  public long weights() {
    return blocks.stream()
        .flatMap(block -> parts(block).stream())
        .mapToLong(INDArray::length)
        .sum();
  }

  private static List<INDArray> parts(TuckerBlock block) {
    List<INDArray> parts = new ArrayList<>(block.factors());
    parts.add(block.core());
    return parts;
  }

  /** Returns all numbers in one row: block by block, the factors and then the core. */
  public INDArray toVector() {
    return Nd4j.concat(
        0,
        blocks.stream()
            .flatMap(block -> parts(block).stream())
            .map(part -> part.dup('c').reshape('c', new long[] {part.length()}))
            .toArray(INDArray[]::new));
  }

  /** Reads back what {@link #toVector} wrote; null if there is nothing, or it is of other sizes. */
  public static @Nullable BlockTerms of(
      @Nullable INDArray vector, List<Integer> modes, int blocks, List<Integer> ranks) {
    long core = ranks.stream().mapToLong(r -> r).reduce(1, (a, b) -> a * b);
    long factors = 0;
    for (int k = 0; k < modes.size(); k++) {
      factors += (long) modes.get(k) * ranks.get(k);
    }
    if (vector == null
        || vector.dataType() != DataType.DOUBLE
        || vector.length() != blocks * (core + factors)) {
      return null;
    }
    long at = 0;
    List<TuckerBlock> read = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      List<INDArray> parts = new ArrayList<>();
      for (int k = 0; k < modes.size(); k++) {
        parts.add(part(vector, at, modes.get(k), ranks.get(k)));
        at += (long) modes.get(k) * ranks.get(k);
      }
      long[] shape = ranks.stream().mapToLong(r -> r).toArray();
      read.add(new TuckerBlock(part(vector, at, shape), parts));
      at += core;
    }
    return new BlockTerms(read);
  }

  private static INDArray part(INDArray vector, long from, long... shape) {
    long length = 1;
    for (long n : shape) {
      length *= n;
    }
    return vector.get(NDArrayIndex.interval(from, from + length)).dup('c').reshape('c', shape);
  }

  /**
   * Returns the ranks of a block, checked.
   *
   * @throws IllegalArgumentException if there is not one for each mode, or one cannot be reached:
   *     it exceeds its mode or the product of the other ranks
   */
  public static List<Integer> checkedRanks(List<Integer> modes, List<Integer> ranks) {
    argument(
        ranks.size() == modes.size(),
        "a block has one rank for each mode: modes %s, ranks %s",
        modes,
        ranks);
    for (int k = 0; k < modes.size(); k++) {
      double others = 1;
      for (int j = 0; j < modes.size(); j++) {
        others *= j == k ? 1 : ranks.get(j);
      }
      double most = Math.min(modes.get(k), others);
      argument(
          ranks.get(k) >= 1 && ranks.get(k) <= most,
          "rank %d of mode %d, which is %d, among ranks %s; it must be from 1 to %.0f, the lesser of"
              + " the mode and the product of the other ranks",
          ranks.get(k),
          k,
          modes.get(k),
          ranks,
          most);
    }
    return List.copyOf(ranks);
  }
}
