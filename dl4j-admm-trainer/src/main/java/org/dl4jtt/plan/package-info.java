@NullMarked
package org.dl4jtt.plan;

import org.jspecify.annotations.NullMarked;
