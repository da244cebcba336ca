package org.dl4jtt.surgery;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What {@link ComputationGraph#clone()} should do: it shares its list of listeners with the
 * original, and forgets how many iterations and epochs there were, so that schedules begin again.
 */
final class GraphCopy {
  private GraphCopy() {}

  static ComputationGraph of(ComputationGraph network) {
    ComputationGraph copy =
        new ComputationGraph(
            ComputationGraphConfiguration.fromJson(network.getConfiguration().toJson()));
    copy.init(network.params().dup(), false);
    INDArray state = network.getUpdater().getStateViewArray();
    if (state != null) {
      copy.getUpdater().setStateViewArray(state.dup());
    }
    for (GraphVertex vertex : network.getVertices()) {
      if (vertex.hasLayer() && vertex.getLayer() instanceof FrozenLayer) {
        GraphVertex same = copy.getVertex(vertex.getVertexName());
        if (!(same.getLayer() instanceof FrozenLayer)) {
          same.setLayerAsFrozen();
        }
      }
    }
    return copy;
  }
}
