/**
 * How a batch is multiplied by cores, forward and backward: plans, their predicted cost, and what
 * executes them. Knows cores, not layers.
 *
 * <p>Start with {@link org.dl4jtt.contraction.MatrixContraction} and {@link
 * org.dl4jtt.contraction.ConvContraction}. No plan permutes a big array: batches lie with the
 * example fastest, and every step is a product over contiguous blocks.
 */
@NullMarked
package org.dl4jtt.contraction;

import org.jspecify.annotations.NullMarked;
