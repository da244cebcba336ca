package org.dl4jtt.plan;

import java.io.Serializable;

/**
 * A layer that a plan does not touch.
 *
 * @param layer its name
 * @param reason why, for people
 */
public record LeftAlone(String layer, String reason) implements Serializable {}
