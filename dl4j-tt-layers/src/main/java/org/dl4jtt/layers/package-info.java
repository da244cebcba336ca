/**
 * The layers that a network declares.
 *
 * <p>Start with {@link org.dl4jtt.layers.TTDense} and {@link org.dl4jtt.layers.TTConv}; {@link
 * org.dl4jtt.layers.TensorBuilder} has the calls that all of them share.
 */
@NullMarked
package org.dl4jtt.layers;

import org.jspecify.annotations.NullMarked;
