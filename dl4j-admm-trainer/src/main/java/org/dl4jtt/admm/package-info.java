@NullMarked
package org.dl4jtt.admm;

import org.jspecify.annotations.NullMarked;
