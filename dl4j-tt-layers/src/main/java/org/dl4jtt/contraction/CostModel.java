package org.dl4jtt.contraction;

/**
 * What products cost, in seconds on one core of the machine it was measured on: only ratios matter.
 *
 * <p>Measured in processor time, one thread, FLOAT, AVX-512 at about 100 GFLOP/s (AMD EPYC,
 * OpenBLAS 0.3.19, natives with oneDNN):
 *
 * <pre>
 *   [m x k] [k x n]           MFLOP   cblas GFLOP/s   Nd4j.gemm GFLOP/s
 *   16 x 16 x 16               0.01         7 (1 µs)       0 (90-105 µs)
 *   64 x 64 x 64               0.5         43             10 (53 µs)
 *   32 x 512 x 32              1.0         44             43
 *   64 x 448 x 64              3.7         66             61
 *   256 x 112 x 224           12.8         83             85
 *   256 x 256 x 256           33.6         89             95
 *   512 x 32 x 3200          105           65             76
 *   32 x 512 x 3200          105           50            100
 *   100 x 1024 x 1024        210           85             96
 *   512 x 512 x 512          268           82            100
 *   64 x 896 x 6400          734           64             66
 *   11200 x 224 x 256       1285           67             73
 *   224ᵀ x 11200 x 256      1285           74            100
 *   1024 x 1024 by a vector    2.1          5 (sgemm)     25
 * </pre>
 *
 * <p>oneDNN itself, all products of a step in one call, GFLOP/s on one thread and on two: 100 of
 * [64 x 448] [448 x 64] 90 and 155, 100 of [16 x 128] [128 x 64] 105 and 131, 100 of [32 x 512]
 * [512 x 32] 83 and 159, 100 of [16 x 16] [16 x 1024] 21 and 46, 32 of [8 x 32] [32 x 128] 90 and
 * 57; one of [256 x 112] [112 x 224] 115 and 101.
 *
 * <p>Hence: vectors go to gemv, products above {@link CpuProducts#LARGE} to ND4J, whose call costs
 * some 30 µs more and whose rate is 0 to 30 % higher. An ND4J array for an intermediate takes 5 µs
 * or more, which for single examples decides how many groups a path has.
 *
 * <p>oneDNN does not divide one small product among threads: [512 x 64] [64 x 64] takes 44 µs on
 * one and on two, as by BLAS, where [4096 x 64] [64 x 512] runs at 200 GFLOP/s. So what one core
 * computes alone counts twice, or more ({@code waking}).
 *
 * <p>Many small products by BLAS are slower than their size says, by what BLAS copies before it
 * multiplies ({@code number}), and slower still if they walk through more than the caches hold
 * ({@code streamed}): 100 of [16 x 128] [128 x 64] run at 30 GFLOP/s, 100 of [64 x 448] [448 x 64]
 * at 60, 160 of [64 x 360] [360 x 96] with 22 MB of input at 50. Walking through the batch in parts
 * whose intermediates stay in the second-level cache was measured and gains nothing.
 *
 * @param waking what all products of a step take above that, as few are not divided among threads
 * @param call one product, however small
 * @param peak multiplications and additions per second of a large product
 * @param half a dimension at which half of the peak is reached
 * @param number moving one number of a product's operands
 * @param streamed the same for many small products on more than a cache holds
 * @param reorder moving one number in a reordering
 * @param reordering one reordering, however small
 * @param array one intermediate array
 * @param merging the share of the calls for inference that have to merge the cores, as a guess
 * @param gaps matrices with gaps between their rows can be multiplied
 * @param atOnce products take one call, and where they add up another; for small ones, and for sums
 *     of too many, {@link #CPU} holds
 */
record CostModel(
    double waking,
    double call,
    double peak,
    double half,
    double number,
    double streamed,
    double reorder,
    double reordering,
    double array,
    double merging,
    boolean gaps,
    boolean atOnce) {

  /** Numbers of a matrix that stay in some cache between calls, and reading one with a vector. */
  private static final double CACHED = 4e6;

  private static final double CACHED_READ = 0.06e-9;
  private static final double UNCACHED_READ = 0.25e-9;

  /** What a product takes that one core computes while another waits, beside one on both. */
  private static final double IDLE = 2;

  /** BLAS on raw memory. */
  static final CostModel CPU =
      new CostModel(0, 0.5e-6, 100e9, 4, 0.3e-9, 1e-9, 1e-9, 2e-6, 5e-6, 0.02, true, false);

  /** oneDNN; BLAS for small products. */
  static final CostModel ONE_DNN =
      new CostModel(
          30e-6, 0.02e-6, 112e9, 1.5, 0.25e-9, 0.3e-9, 1e-9, 2e-6, 5e-6, 0.02, true, true);

  /** ND4J operations. */
  static final CostModel ND4J =
      new CostModel(0, 30e-6, 100e9, 4, 0.3e-9, 1e-9, 2e-9, 20e-6, 5e-6, 1, false, false);

  double of(Product p) {
    if (p.rows() > Integer.MAX_VALUE
        || p.inner() > Integer.MAX_VALUE
        || p.columns() > Integer.MAX_VALUE) {
      return Double.POSITIVE_INFINITY; // BLAS counts in ints
    }
    boolean vector = p.rows() == 1 || p.columns() == 1;
    if (atOnce && (vector || p.flops() < CpuProducts.SMALL)) {
      return vector ? CPU.of(p) : IDLE * CPU.of(p);
    }
    if (atOnce && p.addsUp()) {
      return OneDnnProducts.addsUp(p) ? of(p.apart()) + p.lengthApart() * number : CPU.of(p);
    }
    if (vector) {
      double matrix = Math.max(p.rows(), p.columns()) * (double) p.inner();
      return p.calls() * (call + matrix * (matrix > CACHED ? UNCACHED_READ : CACHED_READ));
    }
    double rate = peak * part(p.rows()) * part(p.inner()) * part(p.columns());
    boolean streams = p.calls() > 1 && p.traffic() > CACHED;
    double computing = p.flops() / rate;
    double moving = p.traffic() * (streams ? streamed : number);
    // BLAS copies first and multiplies then; oneDNN does both at a time.
    double both = atOnce ? Math.max(computing, moving) : computing + moving;
    return waking + p.calls() * call + both;
  }

  /** The same where every call merges the cores. */
  CostModel mergingAlways() {
    return new CostModel(
        waking, call, peak, half, number, streamed, reorder, reordering, array, 1, gaps, atOnce);
  }

  /** The share of calls that merge a group of this many numbers. */
  double merging(double length, boolean training) {
    return training || length > KeptGroups.LARGEST ? 1 : merging;
  }

  double of(Permutation p) {
    return p.isIdentity() ? 0 : array + reordering + p.length() * reorder;
  }

  private double part(long dimension) {
    return dimension / (dimension + half);
  }
}
