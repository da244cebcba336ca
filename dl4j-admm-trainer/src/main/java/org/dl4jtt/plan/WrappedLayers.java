package org.dl4jtt.plan;

import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;

/** Looks through wrappers. */
final class WrappedLayers {
  private WrappedLayers() {}

  /** The layer that does the work; of a Bidirectional its forward one. */
  static Layer innermost(Layer layer) {
    if (layer instanceof FrozenLayer frozen) {
      return innermost(frozen.getLayer());
    }
    if (layer instanceof BaseWrapperLayer wrapper) {
      return innermost(wrapper.getUnderlying());
    }
    return layer instanceof Bidirectional both ? innermost(both.getFwd()) : layer;
  }

  /** Returns 2 if a Bidirectional runs the layer in both directions, under whatever wrappers. */
  static int directions(Layer layer) {
    if (layer instanceof FrozenLayer frozen) {
      return directions(frozen.getLayer());
    }
    if (layer instanceof BaseWrapperLayer wrapper) {
      return directions(wrapper.getUnderlying());
    }
    return layer instanceof Bidirectional ? 2 : 1;
  }

  /** Returns whether a layer's operations depend on the size of images. */
  static boolean takesImages(Layer inner) {
    return (inner instanceof ConvolutionLayer && !(inner instanceof Convolution1DLayer))
        || inner instanceof LocallyConnected2D;
  }

  /** True if training does not move its weights. */
  static boolean isFrozen(Layer layer) {
    return layer instanceof FrozenLayer
        || layer instanceof FrozenLayerWithBackprop
        || (layer instanceof BaseWrapperLayer wrapper && isFrozen(wrapper.getUnderlying()));
  }
}
