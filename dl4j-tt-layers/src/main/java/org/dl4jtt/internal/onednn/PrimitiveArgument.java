package org.dl4jtt.internal.onednn;

import java.util.function.LongFunction;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where an array enters or leaves a primitive: {@code outside} as the array lies in memory, {@code
 * inside} as the primitive wants it. The same memory where both agree; a copy in between otherwise.
 */
final class PrimitiveArgument {
  private static final Pointer NOTHING = new Pointer();

  /** A line of the cache. Minimal filtering of a kernel's gradient writes whole lines. */
  private static final int ALIGNMENT = 64;

  /** The first line of the cache that begins in some memory. */
  private static final class Aligned extends Pointer {
    Aligned(Pointer memory) {
      super(memory);
      address = (address + ALIGNMENT - 1) & -ALIGNMENT;
    }
  }

  private final memory outside;
  private final memory inside;
  private final @Nullable reorder in;
  private final @Nullable reorder out;
  private final long copied;

  private PrimitiveArgument(memory.desc outside, memory.desc inside, boolean isInput) {
    this.outside = new memory(outside, OneDnn.engine(), NOTHING);
    boolean same = outside.equals(inside);
    this.inside = same ? this.outside : new memory(inside, OneDnn.engine(), NOTHING);
    this.copied = same ? 0 : floats(inside);
    this.in = same || !isInput ? null : new reorder(this.outside, this.inside);
    this.out = same || isInput ? null : new reorder(this.inside, this.outside);
  }

  /** The length of a buffer for a copy in this format. */
  static long floats(memory.desc inside) {
    return (inside.get_size() + ALIGNMENT) / Float.BYTES;
  }

  static PrimitiveArgument in(memory.desc outside, memory.desc inside) {
    return new PrimitiveArgument(outside, inside, true);
  }

  static PrimitiveArgument out(memory.desc outside, memory.desc inside) {
    return new PrimitiveArgument(outside, inside, false);
  }

  /** What the primitive is given. */
  memory memory() {
    return inside;
  }

  /** The array of the next execution; the answer must live as long as that takes. */
  @Nullable INDArray bind(INDArray array, LongFunction<INDArray> buffers) {
    outside.set_data_handle(array.data().addressPointer());
    if (copied == 0) {
      return null;
    }
    INDArray copy = buffers.apply(copied);
    inside.set_data_handle(new Aligned(copy.data().addressPointer()));
    return copy;
  }

  /** Before the primitive runs. */
  void enter() {
    if (in != null) {
      in.execute(OneDnn.stream(), outside, inside);
    }
  }

  /** After it ran. */
  void leave() {
    if (out != null) {
      out.execute(OneDnn.stream(), inside, outside);
    }
  }
}
