package org.dl4jtt.onednn;

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

  static List<Long> list(long... values) {
    return Arrays.stream(values).boxed().toList();
  }

  /** True for images [N, C, H, W] whose channels lie next to one another, without gaps. */
  public boolean isChannelsLast() {
    if (shape.size() != 4) {
      return false;
    }
    long w = shape.get(1);
    long h = shape.get(3) * w;
    return strides.equals(list(shape.get(2) * h, 1, h, w));
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
