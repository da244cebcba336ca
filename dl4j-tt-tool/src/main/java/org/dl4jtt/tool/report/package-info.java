/**
 * The report of a compression as one page of HTML. Start from {@link
 * org.dl4jtt.tool.report.HtmlReport}.
 */
@NullMarked
package org.dl4jtt.tool.report;

import org.jspecify.annotations.NullMarked;
