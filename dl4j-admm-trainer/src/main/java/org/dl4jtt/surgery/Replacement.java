package org.dl4jtt.surgery;

import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.dl4jtt.layers.convert.ConvertedLayer;
import org.jspecify.annotations.Nullable;

/**
 * What stands in the place of a layer: a layer in another form and, where it was an output layer, a
 * loss layer behind it.
 */
record Replacement(ConvertedLayer layer, @Nullable LossLayer loss) {
  /** Added to an output layer's name for its weights; the loss layer keeps the name. */
  static final String SUFFIX = "-tt";
}
