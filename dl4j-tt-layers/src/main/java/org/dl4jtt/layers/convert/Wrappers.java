package org.dl4jtt.layers.convert;

import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.jspecify.annotations.Nullable;

/** Configurations that wrap one other layer and have its parameters under the same names. */
final class Wrappers {
  private Wrappers() {}

  /** What a wrapper wraps, or null if the layer is no wrapper. */
  static @Nullable Layer inner(Layer layer) {
    if (layer instanceof FrozenLayer frozen) {
      return frozen.getLayer();
    }
    return layer instanceof BaseWrapperLayer wrapper ? wrapper.getUnderlying() : null;
  }

  /** The layer under all wrappers; itself if there are none. */
  static Layer innermost(Layer layer) {
    Layer inner = inner(layer);
    return inner == null ? layer : innermost(inner);
  }
}
