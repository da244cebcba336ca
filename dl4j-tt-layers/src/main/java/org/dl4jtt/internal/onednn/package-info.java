/**
 * Convolution, batch norm and ReLU by oneDNN itself, where ND4J's operations lose its speed: they
 * put every array into oneDNN's memory format and back, and know no minimal filtering. Optional: it
 * needs the bindings {@code org.bytedeco:dnnl} and their natives.
 */
@NullMarked
package org.dl4jtt.internal.onednn;

import org.jspecify.annotations.NullMarked;
