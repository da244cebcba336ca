@NullMarked
package org.dl4jtt.tensor;

import org.jspecify.annotations.NullMarked;
