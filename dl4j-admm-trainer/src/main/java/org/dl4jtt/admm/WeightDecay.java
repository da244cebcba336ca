package org.dl4jtt.admm;

/**
 * What becomes of the network's L2 regularization on constrained weights. It pulls W to zero while
 * ρ pulls it to Z; which of them the loss means is the user's to say. With λ the coefficient:
 *
 * <p>{@link #MOVE_TO_TARGET} and {@link #DROP} take λW out of the gradient again, which is exact
 * only where the network adds λW to it: for {@code l2(..)}, without gradient clipping or
 * normalization. Other regularization is refused.
 */
public enum WeightDecay {
  /** As the network has it: min loss(W) + λ/2 ‖W‖² subject to W = Z. */
  KEEP,
  /**
   * On Z in place of W: min loss(W) + λ/2 ‖Z‖² subject to W = Z. For a set that contains the
   * multiples of its members (bounded ranks do) Z ← Π(ρ/(ρ+λ) (W + U)).
   */
  MOVE_TO_TARGET,
  /** Not at all: min loss(W) subject to W = Z. */
  DROP
}
