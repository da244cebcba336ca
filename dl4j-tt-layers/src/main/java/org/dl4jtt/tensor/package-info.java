/**
 * Tensor trains and rings: arrays, not networks.
 *
 * <p>Start with {@link org.dl4jtt.tensor.Tensorization} (how a DL4J weight becomes a tensor) and
 * {@link org.dl4jtt.tensor.FactoredWeight} (that weight as cores). {@link org.dl4jtt.tensor.TtSvd}
 * and {@link org.dl4jtt.tensor.TrSvd} decompose.
 *
 * <p>{@link org.dl4jtt.tensor.Metric} says which directions of a weight count.
 *
 * <p>Letters, the same everywhere: n input modes, m output modes, r ranks, d cores, G a core, N and
 * M the numbers of inputs and outputs, W/Z/U the weight, its projection and the scaled dual of
 * ADMM, ρ the penalty.
 */
@NullMarked
package org.dl4jtt.tensor;

import org.jspecify.annotations.NullMarked;
