package org.dl4jtt.constraint;

/**
 * Which scales s the levels k s of a {@link QuantizedSet} may have. A float has 24 significant
 * bits; where those of all levels end early, the last bytes of every weight are zero, and the zip
 * of the network is small without any decoder.
 */
public enum Scales {
  /** Any number. */
  ANY,

  /**
   * Numbers of eight significant bits: with up to eight bits a weight, a level has 16 at most and
   * the last byte of every float is zero. Costs next to nothing: s moves by 0.2 % at most.
   */
  SHORT,

  /**
   * Powers of two: a level has no more significant bits than its integer, and with up to eight bits
   * a weight the last two bytes of every float are zero. Multiplying by s is a shift.
   */
  POWER_OF_TWO;

  private static final int SHORT_BITS = 8;

  /** The largest allowed scale not above a positive number. */
  double floor(double scale) {
    return switch (this) {
      case ANY -> scale;
      case SHORT -> {
        double unit = Math.scalb(1.0, Math.getExponent(scale) - (SHORT_BITS - 1));
        yield unit * Math.floor(scale / unit);
      }
      case POWER_OF_TWO -> Math.scalb(1.0, Math.getExponent(scale));
    };
  }

  /** The smallest allowed scale not below a positive number. */
  double ceil(double scale) {
    double floor = floor(scale);
    if (floor == scale) {
      return scale;
    }
    double next =
        this == SHORT ? Math.scalb(1.0, Math.getExponent(scale) - (SHORT_BITS - 1)) : floor;
    return floor + next;
  }

  /** The allowed scale nearest to a positive number. */
  double nearest(double scale) {
    double floor = floor(scale);
    double ceil = ceil(scale);
    return scale - floor <= ceil - scale ? floor : ceil;
  }
}
