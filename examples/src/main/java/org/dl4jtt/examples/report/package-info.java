/** What the main program leaves behind: table, report.json, picture, model zips. */
@NullMarked
package org.dl4jtt.examples.report;

import org.jspecify.annotations.NullMarked;
