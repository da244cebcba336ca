package org.dl4jtt.tool;

import static org.dl4jtt.internal.Check.argument;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.tool.model.LoadedModel;

/** Whether a model can be trained. */
final class Losses {
  /** Why there is no updater. */
  static final String NO_UPDATER =
      "DL4J makes none for one of the layers, such as a Bidirectional around a LastTimeStep";

  private Losses() {}

  /** Whether DL4J makes an updater for the model; without one it can be run, not trained. */
  static boolean hasUpdater(Model model) {
    try {
      if (model instanceof MultiLayerNetwork network) {
        network.getUpdater();
      } else {
        ((ComputationGraph) model).getUpdater();
      }
      return true;
    } catch (UnsupportedOperationException e) {
      return false;
    }
  }

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
    argument(
        hasUpdater(loaded.model()),
        "%s has no updater to train with: %s",
        loaded.file(),
        NO_UPDATER);
  }
}
