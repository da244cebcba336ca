package org.dl4jtt.calibrate;

/** Rows handed out in chunks, so that patches of many examples are never in memory at once. */
interface RowSource {
  /** The number of chunks. */
  int chunks();

  /** A chunk, made anew. */
  Rows chunk(int i);

  /** True if a row holds the one index that is 1, in place of a vector. */
  default boolean isOneHot() {
    return false;
  }

  /** One chunk that is there already. */
  static RowSource of(Rows rows) {
    return new Single(rows, false);
  }

  /** Indices, of an embedding. */
  static RowSource oneHot(Rows indices) {
    return new Single(indices, true);
  }

  /** One chunk. */
  record Single(Rows rows, boolean isOneHot) implements RowSource {
    @Override
    public int chunks() {
      return 1;
    }

    @Override
    public Rows chunk(int i) {
      return rows;
    }
  }
}
