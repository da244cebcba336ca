@NullMarked
package org.dl4jtt.constraint;

import org.jspecify.annotations.NullMarked;
