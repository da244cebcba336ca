@NullMarked
package org.dl4jtt.contraction;

import org.jspecify.annotations.NullMarked;
