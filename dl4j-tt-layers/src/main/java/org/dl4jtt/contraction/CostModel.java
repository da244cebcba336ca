package org.dl4jtt.contraction;

/**
 * What products cost, in seconds on a machine like the one it was measured on: only ratios matter.
 *
 * @param call one product, however small
 * @param peak multiplications and additions per second of a large product
 * @param half a dimension at which half of the peak is reached
 * @param number moving one number
 * @param reorder moving one number in a reordering
 * @param reordering one reordering, however small
 * @param gaps matrices with gaps between their rows can be multiplied
 */
record CostModel(
    double call,
    double peak,
    double half,
    double number,
    double reorder,
    double reordering,
    boolean gaps) {

  /** BLAS on raw memory. */
  static final CostModel CPU = new CostModel(0.4e-6, 200e9, 6, 0.15e-9, 2e-9, 10e-6, true);

  /** ND4J operations. */
  static final CostModel ND4J = new CostModel(30e-6, 200e9, 6, 0.15e-9, 2e-9, 10e-6, false);

  double of(Product p) {
    if (p.rows() > Integer.MAX_VALUE
        || p.inner() > Integer.MAX_VALUE
        || p.columns() > Integer.MAX_VALUE) {
      return Double.POSITIVE_INFINITY; // BLAS counts in ints
    }
    double rate = peak * part(p.rows()) * part(p.inner()) * part(p.columns());
    return p.calls() * call + p.flops() / rate + p.traffic() * number;
  }

  double of(Permutation p) {
    return p.isIdentity() ? 0 : reordering + p.length() * reorder;
  }

  private double part(long dimension) {
    return dimension / (dimension + half);
  }
}
