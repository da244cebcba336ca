/**
 * The one way in which anything of the project is written: {@link
 * org.dl4jtt.internal.files.WholeFile} and {@link org.dl4jtt.internal.files.WholeFolder}. Not API.
 */
@NullMarked
package org.dl4jtt.internal.files;

import org.jspecify.annotations.NullMarked;
