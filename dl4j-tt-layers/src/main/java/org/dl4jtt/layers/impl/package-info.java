@NullMarked
package org.dl4jtt.layers.impl;

import org.jspecify.annotations.NullMarked;
