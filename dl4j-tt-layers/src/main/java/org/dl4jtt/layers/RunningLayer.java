package org.dl4jtt.layers;

import java.util.Collection;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.layers.AbstractLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What every configuration does to the layer that it has instantiated. */
final class RunningLayer {
  private RunningLayer() {}

  /** The same layer, with its place in the network and its parameters. */
  static Layer of(
      AbstractLayer<?> layer,
      Collection<TrainingListener> listeners,
      int index,
      INDArray paramsView,
      Map<String, INDArray> params) {
    layer.setListeners(listeners);
    layer.setIndex(index);
    layer.setParamsViewArray(paramsView);
    layer.setParamTable(params);
    return layer;
  }
}
