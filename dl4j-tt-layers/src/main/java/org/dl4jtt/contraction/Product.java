package org.dl4jtt.contraction;

/**
 * A family of matrix products over blocks of three flat arrays, everything row-major:
 *
 * <pre>
 *   for i &lt; outer, j &lt; count:   C(i, j) (+)= op(A(i, j)) · op(B(i, j))
 *   op(A)  [rows, inner]    op(B)  [inner, columns]    C  [rows, columns]
 * </pre>
 *
 * <p>A block of C is overwritten by the first product that reaches it, and added to by the others.
 * Every step of a contraction, forward and backward, is one of these, so an executor has little to
 * know.
 *
 * @param swapped the arrays given for A and B change places
 */
record Product(
    long rows,
    long inner,
    long columns,
    Operand a,
    Operand b,
    Operand c,
    long outer,
    long count,
    boolean swapped) {

  /**
   * Where the blocks of an operand lie: block (i, j) starts at {@code i · outerStride + j ·
   * stride}.
   *
   * @param transposed stored the other way round
   * @param row distance between the rows as stored
   */
  record Operand(boolean transposed, long row, long outerStride, long stride) {
    static Operand of(long row, long outerStride, long stride) {
      return new Operand(false, row, outerStride, stride);
    }

    Operand turned() {
      return new Operand(!transposed, row, outerStride, stride);
    }
  }

  static Product of(
      long rows,
      long inner,
      long columns,
      Operand a,
      Operand b,
      Operand c,
      long outer,
      long count) {
    return new Product(rows, inner, columns, a, b, c, outer, count, false);
  }

  /** One product of contiguous matrices. */
  static Product single(long rows, long inner, long columns) {
    return of(
        rows,
        inner,
        columns,
        Operand.of(inner, 0, 0),
        Operand.of(columns, 0, 0),
        Operand.of(columns, 0, 0),
        1,
        1);
  }

  /** {@code dA (+)= dC Bᵀ}, to be given (dC, B, dA). */
  Product gradientOfA() {
    return of(rows, columns, inner, c, b.turned(), a, outer, count);
  }

  /** {@code dB (+)= Aᵀ dC}, to be given (A, dC, dB). */
  Product gradientOfB() {
    return of(inner, rows, columns, a.turned(), c, b, outer, count);
  }

  /** The same with fewer, larger products, where the blocks lie side by side. */
  Product fused() {
    if (count == 1 && outer == 1) {
      return this;
    }
    if (count == 1) {
      return new Product(
              rows, inner, columns, inwards(a), inwards(b), inwards(c), 1, outer, swapped)
          .fused();
    }
    if (columns == 1 && a.stride == 0 && b.stride == inner && c.stride == rows) {
      // Columns of one matrix product: C(j)ᵀ = B(j)ᵀ op(A)ᵀ, j counts the rows.
      return new Product(
          count,
          inner,
          rows,
          Operand.of(inner, b.outerStride, 0),
          a.turned(),
          Operand.of(rows, c.outerStride, 0),
          outer,
          1,
          !swapped);
    }
    if (rows == 1 && b.stride == 0 && a.stride == inner && c.stride == columns) {
      return new Product(
          count,
          inner,
          columns,
          Operand.of(inner, a.outerStride, 0),
          b,
          Operand.of(columns, c.outerStride, 0),
          outer,
          1,
          swapped);
    }
    if (inner == 1 && c.stride == 0 && a.stride == rows && b.stride == columns) {
      // A sum of outer products: j becomes the inner index.
      return new Product(
          rows,
          count,
          columns,
          new Operand(true, rows, a.outerStride, 0),
          Operand.of(columns, b.outerStride, 0),
          c,
          outer,
          1,
          swapped);
    }
    return this;
  }

  private static Operand inwards(Operand operand) {
    return new Operand(operand.transposed, operand.row, 0, operand.outerStride);
  }

  /** True if block (i, j) is the first that reaches its place in C. */
  boolean isFirst(long i, long j) {
    return (c.outerStride != 0 || i == 0) && (c.stride != 0 || j == 0);
  }

  /** True if several products go to one block of C. */
  boolean addsUp() {
    return (outer > 1 && c.outerStride == 0) || (count > 1 && c.stride == 0);
  }

  /**
   * The same products where they add up, each written to a place of its own, one behind the other.
   */
  Product apart() {
    long block = rows * columns;
    return new Product(
        rows,
        inner,
        columns,
        a,
        b,
        Operand.of(columns, count * block, block),
        outer,
        count,
        swapped);
  }

  /** Adds up what {@link #apart} wrote: to be given (ones, that, C). */
  Product sum() {
    boolean overOuter = outer == 1 || c.outerStride == 0;
    boolean overCount = count == 1 || c.stride == 0;
    long parts = (overOuter ? outer : 1) * (overCount ? count : 1);
    long length = rows * columns * (overCount ? 1 : count);
    return of(
        1,
        parts,
        length,
        Operand.of(parts, 0, 0),
        Operand.of(length, 0, parts * length),
        Operand.of(length, 0, c.outerStride),
        1,
        overOuter ? 1 : outer);
  }

  /** True if the blocks of C lie in memory as {@link #sum} writes them. */
  boolean isSummable() {
    return c.row == columns && (count == 1 || c.stride == 0 || c.stride == rows * columns);
  }

  /** Numbers in all blocks of C, if each product had its own. */
  double lengthApart() {
    return (double) rows * columns * calls();
  }

  /** True if every block is stored without gaps between its rows. */
  boolean isContiguous() {
    return a.row == (a.transposed ? rows : inner)
        && b.row == (b.transposed ? inner : columns)
        && c.row == columns;
  }

  /** Number of products. */
  long calls() {
    return outer * count;
  }

  /** Two for each multiplication and addition. */
  double flops() {
    return 2.0 * rows * inner * columns * calls();
  }

  /** Numbers read and written, roughly: each block once for each product. */
  double traffic() {
    return calls() * ((double) rows * columns + (double) inner * columns)
        + (double) rows * inner * (a.stride == 0 ? outer : calls());
  }
}
