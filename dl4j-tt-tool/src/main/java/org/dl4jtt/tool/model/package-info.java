/** Models of every kind that the tool reads, and what goes into them and comes out. */
@NullMarked
package org.dl4jtt.tool.model;

import org.jspecify.annotations.NullMarked;
