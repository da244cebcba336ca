/**
 * The command-line tool: looks at models, plans, compresses, evaluates and times them. Start from
 * {@link org.dl4jtt.tool.Tool}.
 */
@NullMarked
package org.dl4jtt.tool;

import org.jspecify.annotations.NullMarked;
