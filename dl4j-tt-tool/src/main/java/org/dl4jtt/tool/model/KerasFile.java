package org.dl4jtt.tool.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.modelimport.keras.Hdf5Archive;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.deeplearning4j.nn.modelimport.keras.exceptions.InvalidKerasConfigurationException;
import org.deeplearning4j.nn.modelimport.keras.exceptions.UnsupportedKerasConfigurationException;
import org.dl4jtt.internal.JsonText;
import org.dl4jtt.tool.model.LoadedModel.Kind;
import org.nd4j.shade.jackson.databind.JsonNode;

/** A model that Keras saved in HDF5 format, sequential or functional, by DL4J's import. */
final class KerasFile {
  private KerasFile() {}

  static LoadedModel read(Path file) throws IOException {
    try {
      JsonNode config;
      boolean compiled;
      try (Hdf5Archive archive = new Hdf5Archive(file.toString())) {
        config =
            JsonText.parse(
                upToNul(archive.readAttributeAsJson("model_config")), "its model_config");
        compiled = archive.hasAttribute("training_config"); // loss and optimizer
      }
      boolean sequential = config.path("class_name").asText().equals("Sequential");
      Model model =
          sequential
              ? KerasModelImport.importKerasSequentialModelAndWeights(file.toString(), compiled)
              : KerasModelImport.importKerasModelAndWeights(file.toString(), compiled);
      ModelInput input = ModelInput.of(model).withKerasShape(config.findValue("batch_input_shape"));
      return new LoadedModel(file, Kind.KERAS_H5, model, Optional.empty(), input);
    } catch (InvalidKerasConfigurationException
        | UnsupportedKerasConfigurationException
        | RuntimeException e) {
      throw new IOException(
          file + " is an HDF5 file that DL4J cannot import as a Keras model: " + e.getMessage(), e);
    }
  }

  /** DL4J hands out its whole buffer. */
  private static String upToNul(String text) {
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }
}
