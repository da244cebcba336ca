package org.dl4jtt.tool;

import static org.dl4jtt.internal.Check.argument;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.tool.model.LoadedModel;

/** Whether a model can be trained. */
final class Losses {
  private Losses() {}

  static void check(LoadedModel loaded) {
    Layer last =
        loaded.model() instanceof MultiLayerNetwork network
            ? network.getOutputLayer()
            : ((ComputationGraph) loaded.model()).getOutputLayer(0);
    argument(
        last instanceof IOutputLayer,
        "%s ends in a %s, without a loss to train with; compile a Keras model before it is saved,"
            + " give a DL4J model an output layer",
        loaded.file(),
        last == null ? "vertex" : last.getClass().getSimpleName());
  }
}
