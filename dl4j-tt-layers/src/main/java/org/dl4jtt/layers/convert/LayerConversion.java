package org.dl4jtt.layers.convert;

import java.util.Map;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.dl4jtt.tensor.FactoredWeight;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One kind of layer, both ways. Implementations are stateless, leave the given configuration and
 * arrays untouched, and return nothing that shares memory with them.
 */
interface LayerConversion {

  /** True if {@link #toTensor} takes this stock configuration. */
  boolean handlesStock(Layer stock);

  /** True if {@link #toDense} takes this tensor configuration. */
  boolean handlesTensor(Layer tensor);

  /** See {@link TensorLayers#toTensor}. */
  ConvertedLayer toTensor(
      Layer stock, Map<String, INDArray> parameters, Map<String, FactoredWeight> factors);

  /** See {@link TensorLayers#toDense}. */
  ConvertedLayer toDense(Layer tensor, Map<String, INDArray> parameters);
}
