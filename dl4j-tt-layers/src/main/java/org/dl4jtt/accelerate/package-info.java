/**
 * Native speed on the CPU for stock layers. Start with {@link org.dl4jtt.accelerate.NativeHelpers}.
 */
@NullMarked
package org.dl4jtt.accelerate;

import org.jspecify.annotations.NullMarked;
