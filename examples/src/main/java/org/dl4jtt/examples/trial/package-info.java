/**
 * Comparisons on graphs: dense trained on, decomposed directly, by ADMM; see {@link
 * org.dl4jtt.examples.trial.Trial}.
 */
@NullMarked
package org.dl4jtt.examples.trial;

import org.jspecify.annotations.NullMarked;
