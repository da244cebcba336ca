@NullMarked
package org.dl4jtt.compress;

import org.jspecify.annotations.NullMarked;
