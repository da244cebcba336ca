package org.dl4jtt.tool.model;

import java.nio.file.Path;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;

/**
 * A model from a file.
 *
 * @param file where it was read
 * @param kind of file
 * @param model a MultiLayerNetwork or a ComputationGraph
 * @param normalizer that the zip holds beside the model
 * @param input what goes in
 */
public record LoadedModel(
    Path file, Kind kind, Model model, Optional<DataNormalization> normalizer, ModelInput input) {

  /** Kinds of file. */
  public enum Kind {
    /** Written by DL4J. */
    DL4J_ZIP,
    /** Keras, HDF5 format. */
    KERAS_H5
  }
}
