@NullMarked
package org.dl4jtt.surgery;

import org.jspecify.annotations.NullMarked;
