@NullMarked
package org.dl4jtt.examples;

import org.jspecify.annotations.NullMarked;
