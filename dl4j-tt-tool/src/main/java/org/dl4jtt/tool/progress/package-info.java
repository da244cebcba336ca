/** How far a long program is: a bar on a terminal, plain lines everywhere else. */
@NullMarked
package org.dl4jtt.tool.progress;

import org.jspecify.annotations.NullMarked;
