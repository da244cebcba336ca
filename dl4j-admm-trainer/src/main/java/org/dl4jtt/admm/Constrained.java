package org.dl4jtt.admm;

import static org.dl4jtt.internal.Check.argument;

import java.io.Serializable;
import org.dl4jtt.constraint.ConstraintSet;

/**
 * One weight of a network and the set that it is to end in.
 *
 * @param layer the layer's (or vertex's) name
 * @param parameter DL4J's name of the weight in it: W, RW, fW, …
 * @param set where it is to end
 */
public record Constrained(String layer, String parameter, ConstraintSet set)
    implements Serializable {
  /** Checks the names. */
  public Constrained {
    argument(!layer.isEmpty(), "a constrained weight needs the name of its layer");
    argument(!parameter.isEmpty(), "layer %s: a constrained weight needs its name", layer);
  }

  /** {@code layer "fc1", weight W}. */
  String label() {
    return "layer \"" + layer + "\", weight " + parameter;
  }
}
