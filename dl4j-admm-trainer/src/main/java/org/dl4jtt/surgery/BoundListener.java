package org.dl4jtt.surgery;

/**
 * A training listener that belongs to the network it is attached to. {@link ModelSurgery} passes a
 * network's listeners on to the network that it makes, except those that say so with this
 * interface.
 */
public interface BoundListener {}
