package org.dl4jtt.internal.onednn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Memory for the copies that one routine after the other makes of its arrays: used again. */
final class Buffers implements LongFunction<INDArray> {
  private final LongFunction<INDArray> source;
  private final List<INDArray> free = new ArrayList<>();
  private final List<INDArray> used = new ArrayList<>();
  private final List<INDArray> held = new ArrayList<>();

  /**
   * @param source allocates so many floats
   */
  Buffers(LongFunction<INDArray> source) {
    this.source = source;
  }

  /** For the next routine: what the last one was given is free. */
  Buffers again() {
    free.addAll(used);
    used.clear();
    return this;
  }

  /** What was given out since the last {@link #again} is not free before {@link #release}. */
  void hold() {
    held.addAll(used);
    used.clear();
  }

  /** Everything is free. */
  void release() {
    free.addAll(held);
    held.clear();
    again();
  }

  /** The smallest free buffer that is long enough, or a new one. */
  @Override
  public INDArray apply(long floats) {
    INDArray best = null;
    for (INDArray buffer : free) {
      if (buffer.length() >= floats && (best == null || buffer.length() < best.length())) {
        best = buffer;
      }
    }
    if (best == null) {
      best = source.apply(floats);
    } else {
      INDArray taken = best;
      free.removeIf(buffer -> buffer == taken);
    }
    used.add(best);
    return best;
  }
}
