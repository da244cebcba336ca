/** The whole of a compression in one call. Start from {@link org.dl4jtt.compress.Compressor}. */
@NullMarked
package org.dl4jtt.compress;

import org.jspecify.annotations.NullMarked;
