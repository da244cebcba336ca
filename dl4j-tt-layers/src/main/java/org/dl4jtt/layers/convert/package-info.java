/**
 * One stock layer to its tensor counterpart, and back: configuration and weights.
 *
 * <p>Start with {@link org.dl4jtt.layers.convert.TensorLayers}. Whole networks are the business of
 * {@code org.dl4jtt.surgery.ModelSurgery} in dl4j-admm-trainer.
 */
@NullMarked
package org.dl4jtt.layers.convert;

import org.jspecify.annotations.NullMarked;
