package org.dl4jtt.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.dl4jtt.internal.LruCache;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Copies an array of floats into one that lies in memory in another way, 20 times as fast as ND4J's
 * {@code assign}.
 */
public final class Copy {
  private record Key(Format from, Format to) {}

  /** Each thread has its own, so that networks in several threads do not wait for one another. */
  private static final ThreadLocal<LruCache<Key, Copy>> MADE =
      ThreadLocal.withInitial(() -> new LruCache<>(256));

  private final Routine routine;

  private Copy(Key key) {
    memory.desc source = key.from.descriptor();
    memory.desc target = key.to.descriptor();
    engine cpu = OneDnn.engine();
    this.routine =
        new Routine(new reorder(new reorder.primitive_desc(cpu, source, cpu, target)))
            .reads(DNNL_ARG_FROM, source, source)
            .writes(DNNL_ARG_TO, target, target);
  }

  /**
   * Overwrites {@code to}, by ND4J where oneDNN is not there or numbers are no floats.
   *
   * @return {@code to}
   */
  public static INDArray copy(INDArray from, INDArray to) {
    boolean floats = from.dataType() == DataType.FLOAT && to.dataType() == DataType.FLOAT;
    if (!floats || !OneDnn.isAvailable()) {
      return to.assign(from);
    }
    copy(Format.of(from), from, Format.of(to), to);
    return to;
  }

  /** Overwrites {@code to}. Arrays count as their memory, from the first number on. */
  public static void copy(Format fromFormat, INDArray from, Format toFormat, INDArray to) {
    MADE.get().get(new Key(fromFormat, toFormat), Copy::new).routine.run(Nd4j::create, from, to);
  }
}
