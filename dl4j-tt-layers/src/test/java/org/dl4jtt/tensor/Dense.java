package org.dl4jtt.tensor;

import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The oracle: tensors entry by entry, slow and obvious, without a call into what is tested. */
final class Dense {
  private Dense() {}

  static INDArray random(long seed, long... shape) {
    Random random = new Random(seed);
    INDArray tensor = Nd4j.create(DataType.DOUBLE, shape, 'c');
    for (long i = 0; i < tensor.length(); i++) {
      tensor.putScalar(i, random.nextGaussian());
    }
    return tensor;
  }

  /** A[i₁, …, i_d] = trace(G₁[i₁] ⋯ G_d[i_d]), each entry by itself. */
  static INDArray full(CoreChain chain) {
    long[] modes = chain.modes().stream().mapToLong(Integer::longValue).toArray();
    INDArray full = Nd4j.create(DataType.DOUBLE, modes, 'c');
    for (long i = 0; i < full.length(); i++) {
      full.putScalar(i, entry(chain, index(i, modes)));
    }
    return full;
  }

  static double entry(CoreChain chain, long[] index) {
    int r0 = chain.ranks().get(0);
    double trace = 0;
    for (int a0 = 0; a0 < r0; a0++) {
      double[] row = new double[r0];
      row[a0] = 1;
      for (int k = 0; k < index.length; k++) {
        INDArray core = chain.cores().get(k);
        double[] next = new double[(int) core.size(2)];
        for (int a = 0; a < row.length; a++) {
          for (int b = 0; b < next.length; b++) {
            next[b] += row[a] * core.getDouble(a, index[k], b);
          }
        }
        row = next;
      }
      trace += row[a0];
    }
    return trace;
  }

  /** The index of a position in 'c' order. */
  static long[] index(long position, long[] shape) {
    long[] index = new long[shape.length];
    long rest = position;
    for (int k = shape.length - 1; k >= 0; k--) {
      index[k] = rest % shape[k];
      rest /= shape[k];
    }
    return index;
  }

  static double norm(INDArray a) {
    double sum = 0;
    for (long i = 0; i < a.length(); i++) {
      sum += a.getDouble(i) * a.getDouble(i);
    }
    return Math.sqrt(sum);
  }

  static double distance(INDArray left, INDArray right) {
    INDArray a = left.dup('c'); // getDouble(i) counts in the array's own order
    INDArray b = right.dup('c');
    double sum = 0;
    for (long i = 0; i < a.length(); i++) {
      double difference = a.getDouble(i) - b.getDouble(i);
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  }

  static double relativeDistance(INDArray a, INDArray b) {
    return distance(a, b) / norm(b);
  }
}
