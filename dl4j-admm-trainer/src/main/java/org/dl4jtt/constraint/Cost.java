package org.dl4jtt.constraint;

/**
 * What a member of a {@link ConstraintSet} costs.
 *
 * @param weights numbers stored
 * @param flops multiply-adds to apply it once: to one example of a matrix, at one output position
 *     of a kernel
 */
public record Cost(long weights, long flops) {}
