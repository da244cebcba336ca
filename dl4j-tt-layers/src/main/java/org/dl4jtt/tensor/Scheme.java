package org.dl4jtt.tensor;

/** The two ways to read a weight (a matrix, or a convolution kernel) as a tensor. */
public enum Scheme {
  /**
   * Output mode k and input mode k share core k: {@code [r_{k-1}, m_k, n_k, r_k]}. The TT-matrix of
   * Novikov et al. 2015, §4; for a kernel one core for its spatial positions stands in front
   * (Garipov et al. 2016).
   */
  PAIRED,
  /**
   * All output modes, then the kernel's positions, then all input modes, one core each: {@code
   * [r_{k-1}, n_k, r_k]} (Yin et al. 2021). The ranks at the kernel's core are channel bottlenecks.
   */
  SEPARATED
}
