/**
 * The sets that ADMM pulls weights into. Start from {@link org.dl4jtt.constraint.ConstraintSet},
 * the one interface that another decomposition implements.
 */
@NullMarked
package org.dl4jtt.constraint;

import org.jspecify.annotations.NullMarked;
