/** Shows that a saved model is an ordinary one: another JVM restores it with next to nothing. */
@NullMarked
package org.dl4jtt.examples.proof;

import org.jspecify.annotations.NullMarked;
