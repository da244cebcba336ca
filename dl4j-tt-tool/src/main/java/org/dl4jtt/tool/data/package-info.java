/**
 * Labelled examples from files of several kinds, and how they are fed to a model. Start from {@link
 * org.dl4jtt.tool.data.DataSource} and {@link org.dl4jtt.tool.data.Feed}.
 */
@NullMarked
package org.dl4jtt.tool.data;

import org.jspecify.annotations.NullMarked;
