package org.dl4jtt.tensor;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The index permutation between a DL4J parameter and the tensor of a {@link Tensorization}.
 *
 * <p>On both sides the place of a weight is a sum of three parts, one for its output o, its input i
 * and its position p in the kernel: the modes of one index are digits of it, and every digit has a
 * stride. So three small tables per side replace a permutation of up to 2d + 1 axes, for which ND4J
 * is some twenty times slower than these loops.
 */
final class Reorder {
  private Reorder() {}

  /** The offsets of every output, input and position. */
  private static final class Places {
    final int[] outputs;
    final int[] inputs;
    final int[] positions;

    Places(int[] outputs, int[] inputs, int[] positions) {
      this.outputs = outputs;
      this.inputs = inputs;
      this.positions = positions;
    }

    /** One more than the largest offset. */
    long span() {
      return 1L
          + outputs[outputs.length - 1]
          + inputs[inputs.length - 1]
          + positions[positions.length - 1];
    }

    static Places ofParameter(Tensorization t, INDArray parameter) {
      if (!t.isKernel()) { // [N, M]
        return new Places(
            offsets(List.of(t.outputs()), parameter.stride(1)),
            offsets(List.of(t.inputs()), parameter.stride(0)),
            offsets(List.of(1), 0));
      }
      return new Places(
          offsets(List.of(t.outputs()), parameter.stride(0)),
          offsets(List.of(t.inputs()), parameter.stride(1)),
          offsets(t.kernel(), parameter.stride(2), parameter.stride(3)));
    }

    static Places ofTensor(Tensorization t) {
      int p = t.outputModes().size();
      int q = t.inputModes().size();
      long[] outputs = new long[p];
      long[] inputs = new long[q];
      long positions;
      long stride = 1; // 'c' order: the strides grow from the last axis to the first
      if (t.scheme() == Scheme.SEPARATED) {
        stride = strides(t.inputModes(), stride, inputs);
        positions = stride;
        strides(t.outputModes(), stride * t.positions(), outputs);
      } else {
        for (int k = p - 1; k >= 0; k--) {
          inputs[k] = stride;
          outputs[k] = stride * t.inputModes().get(k);
          stride = outputs[k] * t.outputModes().get(k);
        }
        positions = stride;
      }
      return new Places(
          offsets(t.outputModes(), outputs),
          offsets(t.inputModes(), inputs),
          offsets(List.of(t.positions()), positions));
    }

    private static long strides(List<Integer> modes, long last, long[] strides) {
      long stride = last;
      for (int k = strides.length - 1; k >= 0; k--) {
        strides[k] = stride;
        stride *= modes.get(k);
      }
      return stride;
    }

    /** Of an index made of digits, the last fastest, each with its stride. */
    private static int[] offsets(List<Integer> digits, long... strides) {
      int[] offsets = {0};
      for (int k = 0; k < strides.length; k++) {
        int n = digits.get(k);
        int[] next = new int[offsets.length * n];
        for (int i = 0; i < next.length; i++) {
          next[i] = Math.toIntExact(offsets[i / n] + i % n * strides[k]);
        }
        offsets = next;
      }
      return offsets;
    }
  }

  static INDArray toTensor(Tensorization t, INDArray parameter) {
    DataType type = parameter.dataType();
    INDArray from = addressable(parameter);
    INDArray tensor = Nd4j.createUninitialized(from.dataType(), longs(t.modes()), 'c');
    copy(from, Places.ofParameter(t, from), tensor, Places.ofTensor(t));
    return tensor.castTo(type);
  }

  static void toParameter(Tensorization t, INDArray tensor, INDArray out) {
    INDArray to = addressable(out);
    INDArray from = tensor.castTo(to.dataType());
    if (from.ordering() != 'c' || from.isView()) {
      from = from.dup('c');
    }
    copy(from, Places.ofTensor(t), to, Places.ofParameter(t, to));
    if (to != out) {
      out.assign(to);
    }
  }

  /** The array itself if its numbers are floats or doubles, else a copy in floats. */
  private static INDArray addressable(INDArray array) {
    return array.dataType() == DataType.DOUBLE ? array : array.castTo(DataType.FLOAT);
  }

  private static void copy(INDArray from, Places source, INDArray to, Places target) {
    AffinityManager devices = Nd4j.getAffinityManager();
    devices.ensureLocation(from, Location.HOST);
    devices.ensureLocation(to, Location.HOST);
    Pointer a = from.data().addressPointer();
    Pointer b = to.data().addressPointer();
    if (from.dataType() == DataType.DOUBLE) {
      copy(
          new DoublePointer(a).capacity(source.span()).asBuffer(),
          source,
          new DoublePointer(b).capacity(target.span()).asBuffer(),
          target);
    } else {
      copy(
          new FloatPointer(a).capacity(source.span()).asBuffer(),
          source,
          new FloatPointer(b).capacity(target.span()).asBuffer(),
          target);
    }
    devices.tagLocation(to, Location.HOST);
  }

  private static void copy(FloatBuffer from, Places source, FloatBuffer to, Places target) {
    for (int o = 0; o < source.outputs.length; o++) {
      for (int i = 0; i < source.inputs.length; i++) {
        int a = source.outputs[o] + source.inputs[i];
        int b = target.outputs[o] + target.inputs[i];
        for (int p = 0; p < source.positions.length; p++) {
          to.put(b + target.positions[p], from.get(a + source.positions[p]));
        }
      }
    }
  }

  private static void copy(DoubleBuffer from, Places source, DoubleBuffer to, Places target) {
    for (int o = 0; o < source.outputs.length; o++) {
      for (int i = 0; i < source.inputs.length; i++) {
        int a = source.outputs[o] + source.inputs[i];
        int b = target.outputs[o] + target.inputs[i];
        for (int p = 0; p < source.positions.length; p++) {
          to.put(b + target.positions[p], from.get(a + source.positions[p]));
        }
      }
    }
  }

  static long[] longs(List<Integer> values) {
    return values.stream().mapToLong(Integer::longValue).toArray();
  }
}
