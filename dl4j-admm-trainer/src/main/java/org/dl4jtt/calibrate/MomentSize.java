package org.dl4jtt.calibrate;

import org.dl4jtt.layers.convert.WeightShape;

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

  static int positions(WeightShape weight) {
    return weight.kernel().stream().reduce(1, (a, b) -> a * b);
  }
}
