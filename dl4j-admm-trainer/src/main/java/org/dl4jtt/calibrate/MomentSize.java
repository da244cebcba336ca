package org.dl4jtt.calibrate;

import org.dl4jtt.layers.convert.WeightShape;
import org.nd4j.linalg.api.ndarray.INDArray;

/** In which form the moment of a weight's inputs is kept. */
enum MomentSize {
  /** [P·I, P·I]: of whole patches. */
  WHOLE,
  /** [I, I]: of channels, the same at every position. */
  CHANNELS,
  /** [P·I] or, for an embedding, [I]: no products of two inputs. */
  DIAGONAL;

  static MomentSize of(WeightShape weight, int largest) {
    long patch = (long) positions(weight) * weight.inputs();
    if (patch <= largest) {
      return WHOLE;
    }
    return positions(weight) > 1 && weight.inputs() <= largest ? CHANNELS : DIAGONAL;
  }

  /** The rows that go into the sums. */
  Rows of(Rows patches, WeightShape weight) {
    if (this != CHANNELS) {
      return patches;
    }
    INDArray values = patches.values().reshape('c', new long[] {-1, weight.inputs()});
    return new Rows(values, patches.count() * positions(weight));
  }

  static int positions(WeightShape weight) {
    return weight.kernel().stream().reduce(1, (a, b) -> a * b);
  }
}
