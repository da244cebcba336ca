/** What all programs share on the command line: how they run, how they fail, what they accept. */
@NullMarked
package org.dl4jtt.tool.cli;

import org.jspecify.annotations.NullMarked;
