/** Real data for the programs: idx files and sets of labelled images. */
@NullMarked
package org.dl4jtt.examples.data;

import org.jspecify.annotations.NullMarked;
