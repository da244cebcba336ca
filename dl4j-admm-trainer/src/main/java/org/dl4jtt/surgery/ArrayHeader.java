package org.dl4jtt.surgery;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.dl4jtt.internal.Shown;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.shape.options.ArrayOptionsHelper;

/**
 * What stands before the numbers of an array that {@code Nd4j.write} wrote. {@code Nd4j.read}
 * believes it: it allocates what the header asks for, and reads beyond the buffer where shape or
 * strides do not fit. So it is checked first:
 *
 * <pre>
 *   UTF mode, length 2 r + 4, UTF type     of the shape: r, sizes, strides, options, stride, order
 *   UTF mode, length n, UTF type           of the numbers, which follow
 * </pre>
 *
 * @param length how many numbers there are
 * @param type of the numbers
 */
record ArrayHeader(long length, DataType type) {
  /** More bytes than a header has. */
  static final int MOST_BYTES = 4096;

  private static final int MOST_DIMENSIONS = 32;

  /** Allocation modes of ND4J's buffers, and whether their length has 8 bytes. */
  private static final Map<String, Boolean> MODES =
      Map.of(
          "DIRECT", false,
          "HEAP", false,
          "JAVACPP", false,
          "LONG_SHAPE", true,
          "MIXED_DATA_TYPES", true);

  private static final Map<String, DataType> TYPES =
      Map.of(
          "FLOAT", DataType.FLOAT,
          "DOUBLE", DataType.DOUBLE,
          "HALF", DataType.FLOAT16,
          "BFLOAT16", DataType.BFLOAT16);

  /** How many bytes the numbers take. */
  long bytes() {
    return length * type.width();
  }

  /**
   * Reads a header and stops before the first number.
   *
   * @param where for messages: file and entry
   * @throws IOException if it is not one, or asks for what ND4J would not survive
   */
  static ArrayHeader read(DataInputStream in, String where) throws IOException {
    long shapeLength = length(in, where);
    String shapeType = in.readUTF();
    boolean wide = shapeType.equals("LONG");
    require(wide || shapeType.equals("INT"), where, "a shape of type %s", shapeType);
    require(
        shapeLength >= 4 && shapeLength <= 2 * MOST_DIMENSIONS + 4 && shapeLength % 2 == 0,
        where,
        "a shape of %d numbers",
        shapeLength);
    long[] shape = new long[(int) shapeLength];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = wide ? in.readLong() : in.readInt();
    }
    long length = length(in, where);
    String typeName = in.readUTF();
    DataType type = TYPES.get(typeName);
    if (type == null) {
      throw new IOException(
          where + " holds numbers of type " + Shown.of(typeName) + ", which no network has");
    }
    require(length >= 1, where, "%d numbers", length);
    check(shape, length, type, where);
    return new ArrayHeader(length, type);
  }

  private static long length(DataInputStream in, String where) throws IOException {
    String mode = in.readUTF();
    Boolean wide = MODES.get(mode);
    require(wide != null, where, "the allocation mode %s", mode);
    return Boolean.TRUE.equals(wide) ? in.readLong() : in.readInt();
  }

  private static void check(long[] shape, long length, DataType type, String where)
      throws IOException {
    int rank = (int) shape[0];
    require(shape[0] >= 0 && shape.length == 2L * rank + 4, where, "rank %d", shape[0]);
    long product = 1;
    long last = 0; // the furthest number from the first
    for (int k = 0; k < rank; k++) {
      long size = shape[1 + k];
      long stride = shape[1 + rank + k];
      require(size >= 1 && size <= length / product, where, "size %d of %d numbers", size, length);
      require(stride >= 0 && stride <= length, where, "stride %d of %d numbers", stride, length);
      product *= size;
      require(
          size == 1 || stride <= (length - 1 - last) / (size - 1),
          where,
          "a stride of %d that leads beyond its %d numbers",
          stride,
          length);
      last += (size - 1) * stride;
    }
    require(product == length, where, "a shape of %d numbers, but %d numbers", product, length);
    long options = shape[2 * rank + 1];
    long between = shape[2 * rank + 2];
    long order = shape[2 * rank + 3];
    require(order == 'c' || order == 'f', where, "order %d", order);
    require(between <= 1 || length == 1, where, "a stride of %d between all", between);
    require(
        !contradict(options, type), where, "options %d, which are not those of its type", options);
  }

  /** Whether options say another type or another kind of array; those of old files say none. */
  private static boolean contradict(long options, DataType type) {
    if (ArrayOptionsHelper.hasBitSet(options, ArrayOptionsHelper.ATYPE_EMPTY_BIT)
        || ArrayOptionsHelper.hasBitSet(options, ArrayOptionsHelper.ATYPE_SPARSE_BIT)
        || ArrayOptionsHelper.hasBitSet(options, ArrayOptionsHelper.ATYPE_COMPRESSED_BIT)) {
      return true;
    }
    try {
      return ArrayOptionsHelper.dataType(options) != type;
    } catch (RuntimeException unknown) {
      return false; // ND4J goes by the type of the numbers then
    }
  }

  private static void require(boolean holds, String where, String what, Object... values)
      throws IOException {
    if (!holds) {
      throw new IOException(
          where
              + " is damaged: its header has "
              + Shown.of(String.format(Locale.ROOT, what, values)));
    }
  }
}
