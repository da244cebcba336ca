/**
 * Whole networks to tensor form and back, never changing the one that is given.
 *
 * <p>Start with {@link org.dl4jtt.surgery.ModelSurgery}.
 */
@NullMarked
package org.dl4jtt.surgery;

import org.jspecify.annotations.NullMarked;
