@NullMarked
package org.dl4jtt.layers;

import org.jspecify.annotations.NullMarked;
