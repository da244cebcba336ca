/** Compressions that are killed and resumed, again and again. */
@NullMarked
package org.dl4jtt.examples.kill;

import org.jspecify.annotations.NullMarked;
