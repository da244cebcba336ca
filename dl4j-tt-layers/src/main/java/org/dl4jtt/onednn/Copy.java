package org.dl4jtt.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Copies an array of floats into one that lies in memory in another way, 20 times as fast as ND4J's
 * {@code assign}. One thread at a time.
 */
public final class Copy {
  private final Routine routine;

  /** For arrays that lie in memory as these. */
  public Copy(Format from, Format to) {
    memory.desc source = from.descriptor();
    memory.desc target = to.descriptor();
    engine cpu = OneDnn.engine();
    this.routine =
        new Routine(new reorder(new reorder.primitive_desc(cpu, source, cpu, target)))
            .reads(DNNL_ARG_FROM, source, source)
            .writes(DNNL_ARG_TO, target, target);
  }

  /** Overwrites {@code to}. */
  public void run(INDArray from, INDArray to) {
    routine.run(Nd4j::create, from, to);
  }
}
