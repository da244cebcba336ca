package org.dl4jtt.tensor;

import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The index permutation between a DL4J parameter and the tensor of a {@link Tensorization}. */
final class Reorder {
  private Reorder() {}

  static INDArray toTensor(Tensorization t, INDArray parameter) {
    INDArray split = parameter.dup('c');
    if (!t.isKernel()) {
      split = parameter.transpose().dup('c'); // [M, N]
    }
    long[] modes = longs(t.modes());
    return split.reshape('c', splitShape(t)).permute(permutation(t)).dup('c').reshape('c', modes);
  }

  static void toParameter(Tensorization t, INDArray tensor, INDArray out) {
    int[] permutation = permutation(t);
    long[] split = splitShape(t);
    long[] permuted = new long[split.length];
    int[] inverse = new int[split.length];
    for (int k = 0; k < split.length; k++) {
      permuted[k] = split[permutation[k]];
      inverse[permutation[k]] = k;
    }
    INDArray back = tensor.dup('c').reshape('c', permuted).permute(inverse).dup('c');
    if (t.isKernel()) {
      out.assign(back.reshape('c', t.parameterShape()));
    } else {
      out.assign(back.reshape('c', new long[] {t.outputs(), t.inputs()}).transpose());
    }
  }

  /** The parameter, outputs first, with every mode an axis of its own: m…, n…, positions. */
  private static long[] splitShape(Tensorization t) {
    IntStream channels =
        IntStream.concat(
            t.outputModes().stream().mapToInt(Integer::intValue),
            t.inputModes().stream().mapToInt(Integer::intValue));
    return (t.isKernel() ? IntStream.concat(channels, IntStream.of(t.positions())) : channels)
        .asLongStream()
        .toArray();
  }

  private static int[] permutation(Tensorization t) {
    int p = t.outputModes().size();
    int q = t.inputModes().size();
    IntStream positions = t.isKernel() ? IntStream.of(p + q) : IntStream.empty();
    if (t.scheme() == Scheme.SEPARATED) {
      return IntStream.concat(
              IntStream.concat(IntStream.range(0, p), positions), IntStream.range(p, p + q))
          .toArray();
    }
    return IntStream.concat(positions, IntStream.range(0, p).flatMap(k -> IntStream.of(k, p + k)))
        .toArray();
  }

  static long[] longs(java.util.List<Integer> values) {
    return values.stream().mapToLong(Integer::longValue).toArray();
  }
}
