package org.dl4jtt.layers.convert;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.dl4jtt.tensor.FactoredWeight;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A wrapper around a layer that has a conversion: the wrapper stays, what it wraps is converted.
 *
 * <p>{@link Bidirectional} has its two layers' parameters under the prefixes f and b. DL4J cuts its
 * parameters in the middle, so both directions must come out with the same shapes.
 */
final class WrapperConversion implements LayerConversion {

  @Override
  public boolean handlesStock(Layer stock) {
    if (stock instanceof Bidirectional both) {
      return TensorLayers.hasTensorCounterpart(both.getFwd());
    }
    Layer inner = Wrappers.inner(stock);
    return inner != null && isKnown(stock) && TensorLayers.hasTensorCounterpart(inner);
  }

  @Override
  public boolean handlesTensor(Layer tensor) {
    if (tensor instanceof Bidirectional both) {
      return TensorLayers.isTensorLayer(both.getFwd());
    }
    Layer inner = Wrappers.inner(tensor);
    return inner != null && isKnown(tensor) && TensorLayers.isTensorLayer(inner);
  }

  @Override
  public ConvertedLayer toTensor(
      Layer stock, Map<String, INDArray> parameters, Map<String, FactoredWeight> factors) {
    if (stock instanceof Bidirectional both) {
      return joined(
          both,
          TensorLayers.toTensor(both.getFwd(), part("f", parameters), part("f", factors)),
          TensorLayers.toTensor(both.getBwd(), part("b", parameters), part("b", factors)));
    }
    return rewrapped(stock, TensorLayers.toTensor(innerOf(stock), parameters, factors));
  }

  @Override
  public ConvertedLayer toDense(Layer tensor, Map<String, INDArray> parameters) {
    if (tensor instanceof Bidirectional both) {
      return joined(
          both,
          TensorLayers.toDense(both.getFwd(), part("f", parameters)),
          TensorLayers.toDense(both.getBwd(), part("b", parameters)));
    }
    return rewrapped(tensor, TensorLayers.toDense(innerOf(tensor), parameters));
  }

  private static boolean isKnown(Layer wrapper) {
    return wrapper instanceof FrozenLayer
        || wrapper instanceof FrozenLayerWithBackprop
        || wrapper instanceof LastTimeStep
        || wrapper instanceof TimeDistributed
        || wrapper instanceof MaskZeroLayer;
  }

  private static Layer innerOf(Layer wrapper) {
    Layer inner = Wrappers.inner(wrapper);
    if (inner == null) {
      throw new IllegalArgumentException(wrapper.getClass().getSimpleName() + " wraps nothing");
    }
    return inner;
  }

  private static ConvertedLayer rewrapped(Layer wrapper, ConvertedLayer inner) {
    Layer layer = inner.configuration();
    Layer copy;
    if (wrapper instanceof FrozenLayer) {
      copy = new FrozenLayer(layer);
    } else if (wrapper instanceof FrozenLayerWithBackprop) {
      copy = new FrozenLayerWithBackprop(layer);
    } else if (wrapper instanceof LastTimeStep) {
      copy = new LastTimeStep(layer);
    } else if (wrapper instanceof TimeDistributed distributed) {
      copy = new TimeDistributed(layer, distributed.getRnnDataFormat());
    } else {
      copy = new MaskZeroLayer(layer, ((MaskZeroLayer) wrapper).getMaskingValue());
    }
    copyWrapper(wrapper, copy);
    return new ConvertedLayer(copy, inner.parameters());
  }

  private static ConvertedLayer joined(
      Bidirectional from, ConvertedLayer forward, ConvertedLayer backward) {
    Bidirectional both = new Bidirectional();
    both.setMode(from.getMode());
    both.setFwd(forward.configuration());
    both.setBwd(backward.configuration());
    copyWrapper(from, both);
    Map<String, INDArray> parameters = new LinkedHashMap<>();
    forward.parameters().forEach((name, array) -> parameters.put("f" + name, array));
    backward.parameters().forEach((name, array) -> parameters.put("b" + name, array));
    return new ConvertedLayer(both, parameters);
  }

  /** Name and dropout of the wrapper itself; constraints live in the wrapped layer. */
  private static void copyWrapper(Layer from, Layer to) {
    if (from.getLayerName() != null) {
      to.setLayerName(from.getLayerName());
    }
    to.setIDropout(from.getIDropout() == null ? null : from.getIDropout().clone());
  }

  private static <T> Map<String, T> part(String prefix, Map<String, T> all) {
    Map<String, T> part = new LinkedHashMap<>();
    all.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            part.put(name.substring(prefix.length()), value);
          }
        });
    return part;
  }
}
