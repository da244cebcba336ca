/**
 * Benchmarks side by side: the stock layers of Deeplearning4j, the same with native helpers, and
 * the layers of this project. Start with {@link org.dl4jtt.benchmarks.Benchmarks}.
 *
 * <p>Every benchmark has a parameter {@code contender}, whose first value is the base of the
 * ratios.
 */
@NullMarked
package org.dl4jtt.benchmarks;

import org.jspecify.annotations.NullMarked;
