/**
 * Programs that people run: {@code examples/run NAME} starts the class of that name. Begin with
 * {@link org.dl4jtt.examples.CompressFashionMnist}.
 */
@NullMarked
package org.dl4jtt.examples;

import org.jspecify.annotations.NullMarked;
