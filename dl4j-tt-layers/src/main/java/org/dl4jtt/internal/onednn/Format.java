package org.dl4jtt.internal.onednn;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.LongPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How an array of floats lies in memory.
 *
 * @param strides in numbers, not bytes
 */
public record Format(List<Long> shape, List<Long> strides) {

  /** That of {@code array}. */
  public static Format of(INDArray array) {
    return new Format(list(array.shape()), list(array.stride()));
  }

  /** Images [N, C, H, W], or kernels, whose second axis comes last in memory, without gaps. */
  public static Format channelsLast(long... shape) {
    long w = shape[1];
    long h = shape[3] * w;
    return new Format(list(shape), list(shape[2] * h, 1, h, w));
  }

  static List<Long> list(long... values) {
    return Arrays.stream(values).boxed().toList();
  }

  /** True for images [N, C, H, W] whose channels lie next to one another, without gaps. */
  public boolean isChannelsLast() {
    return shape.size() == 4
        && equals(channelsLast(shape.stream().mapToLong(Long::longValue).toArray()));
  }

  memory.desc descriptor() {
    return new memory.desc(pointer(shape), memory.data_type.f32, pointer(strides));
  }

  static memory.desc of(memory.format_tag tag, long... shape) {
    return new memory.desc(new LongPointer(shape), memory.data_type.f32, tag);
  }

  private static LongPointer pointer(List<Long> values) {
    return new LongPointer(values.stream().mapToLong(Long::longValue).toArray());
  }
}
