@NullMarked
package org.dl4jtt.layers.convert;

import org.jspecify.annotations.NullMarked;
