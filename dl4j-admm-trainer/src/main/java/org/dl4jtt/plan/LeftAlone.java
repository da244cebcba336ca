package org.dl4jtt.plan;

/**
 * A layer that a plan does not touch.
 *
 * @param layer its name
 * @param reason why, for people
 */
public record LeftAlone(String layer, String reason) {}
