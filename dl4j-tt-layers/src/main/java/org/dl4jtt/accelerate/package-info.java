@NullMarked
package org.dl4jtt.accelerate;

import org.jspecify.annotations.NullMarked;
