package org.dl4jtt.compress;

/** The stages of a compression, each named for the network that it ends with. */
public enum Stage {
  /** The network as it was given. */
  DENSE,
  /** After ADMM, with every constrained weight replaced by its nearest member of the set. */
  PROJECTED,
  /** The tensor network made of it. */
  DECOMPOSED,
  /** The same, trained on. */
  FINE_TUNED
}
