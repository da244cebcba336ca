/**
 * The running layers: forward, backward, workspaces. DL4J makes them from the configurations of
 * {@link org.dl4jtt.layers}; nobody else needs to.
 */
@NullMarked
package org.dl4jtt.layers.impl;

import org.jspecify.annotations.NullMarked;
