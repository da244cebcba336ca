/**
 * What examples say of a network's weights: the moments of each weight's inputs and of the loss'
 * gradient, and conversion of the weights one after the other on them.
 *
 * <p>Start with {@link org.dl4jtt.calibrate.Calibration}.
 */
@NullMarked
package org.dl4jtt.calibrate;

import org.jspecify.annotations.NullMarked;
