package org.dl4jtt.tool.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** What of some examples is learned from and what is held out; and the order of every epoch. */
public final class Split {
  private static final double HELD_OUT = 0.1;

  private final int[] training;
  private final int[] heldOut;
  private final long seed;

  private Split(int[] training, int[] heldOut, long seed) {
    this.training = training;
    this.heldOut = heldOut;
    this.seed = seed;
  }

  /** All to learn from. */
  public static Split all(int count, long seed) {
    return new Split(IntStream.range(0, count).toArray(), new int[0], seed);
  }

  /** A tenth, chosen by the seed, is held out. */
  public static Split holdOut(int count, long seed) {
    int[] shuffled = shuffled(IntStream.range(0, count).toArray(), seed);
    int held = Math.max(1, (int) Math.round(HELD_OUT * count));
    return new Split(
        IntStream.range(held, count).map(i -> shuffled[i]).sorted().toArray(),
        IntStream.range(0, held).map(i -> shuffled[i]).sorted().toArray(),
        seed);
  }

  /** How many there are to learn from. */
  public int trainingCount() {
    return training.length;
  }

  /** Those that are held out. */
  public int[] heldOut() {
    return heldOut.clone();
  }

  /** Those to learn from, in an order that depends on nothing but the seed and the epoch. */
  public int[] epoch(int epoch) {
    return shuffled(training, 31 * seed + epoch + 1);
  }

  private static int[] shuffled(int[] indices, long seed) {
    List<Integer> order = new ArrayList<>();
    for (int index : indices) {
      order.add(index);
    }
    Collections.shuffle(order, new Random(seed));
    return order.stream().mapToInt(i -> i).toArray();
  }
}
