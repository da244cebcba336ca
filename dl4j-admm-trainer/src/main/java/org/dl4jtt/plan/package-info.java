/**
 * Which weights become which trains or rings: ranks of all layers together, for a budget of the
 * whole network.
 *
 * <p>Start with {@link org.dl4jtt.plan.CompressionPlan}.
 */
@NullMarked
package org.dl4jtt.plan;

import org.jspecify.annotations.NullMarked;
