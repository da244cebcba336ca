package org.dl4jtt.internal.onednn;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A primitive with its ports: arrays go in, it runs, arrays come out. One thread at a time. */
final class Routine {
  private final primitive operation;
  private final IntMemoryMap arguments = new IntMemoryMap();
  private final List<PrimitiveArgument> ports = new ArrayList<>();

  Routine(primitive operation) {
    this.operation = operation;
  }

  /** An array that is read. Arrays are given to {@link #run} in the order of these calls. */
  Routine reads(int argument, memory.desc array, memory.desc wanted) {
    return add(argument, PrimitiveArgument.in(array, wanted));
  }

  /** An array that is overwritten. */
  Routine writes(int argument, memory.desc array, memory.desc wanted) {
    return add(argument, PrimitiveArgument.out(array, wanted));
  }

  /** Memory that is the same in each run, in the format that the primitive wants. */
  Routine uses(int argument, memory constant) {
    arguments.put(argument, constant);
    return this;
  }

  private Routine add(int argument, PrimitiveArgument port) {
    ports.add(port);
    arguments.put(argument, port.memory());
    return this;
  }

  /**
   * Runs it.
   *
   * @param buffers allocates so many floats, for the duration of this call
   */
  synchronized void run(LongFunction<INDArray> buffers, INDArray... arrays) {
    List<INDArray> copies = new ArrayList<>();
    try {
      for (int k = 0; k < ports.size(); k++) {
        INDArray copy = ports.get(k).bind(arrays[k], buffers);
        if (copy != null) {
          copies.add(copy);
        }
      }
      ports.forEach(PrimitiveArgument::enter);
      stream queue = OneDnn.stream();
      operation.execute(queue, arguments);
      ports.forEach(PrimitiveArgument::leave);
      queue._wait();
    } finally {
      Reference.reachabilityFence(copies);
      Reference.reachabilityFence(arrays);
    }
  }
}
