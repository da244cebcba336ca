/**
 * AdmmTraining under a constraint by the alternating direction method of multipliers (Boyd et al.
 * 2011; Yin et al. 2021, arXiv:2107.12422). Start from {@link org.dl4jtt.admm.AdmmListener}.
 *
 * <pre>
 *   min loss(W) subject to W in S
 *   each iteration   gradient += ρ (W − Z + U)
 *   each epoch       Z ← Π(W + U),  U ← U + W − Z
 * </pre>
 *
 * W is a weight of the network, Z its copy in the set S, U the scaled dual variable (y/ρ), ρ the
 * penalty, Π the projection onto S.
 */
@NullMarked
package org.dl4jtt.admm;

import org.jspecify.annotations.NullMarked;
