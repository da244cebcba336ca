/** What all packages share: how stable a part of the API is. */
@NullMarked
package org.dl4jtt;

import org.jspecify.annotations.NullMarked;
