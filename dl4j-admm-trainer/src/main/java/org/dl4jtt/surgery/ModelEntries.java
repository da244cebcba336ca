package org.dl4jtt.surgery;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entries of a model zip, as {@link ModelSerializer} writes them. (It has no way to add others
 * to the same stream.)
 */
final class ModelEntries {
  private static final Logger LOG = LoggerFactory.getLogger(ModelEntries.class);

  private ModelEntries() {}

  /** Writes configuration, weights and updater state. */
  static void write(Model model, ZipOutputStream zip) throws IOException {
    zip.putNextEntry(new ZipEntry(ModelSerializer.CONFIGURATION_JSON));
    zip.write(ascii(configuration(model)).getBytes(StandardCharsets.US_ASCII));
    INDArray weights = model.params();
    if (weights == null) {
      zip.putNextEntry(new ZipEntry(ModelSerializer.NO_PARAMS_MARKER));
    } else {
      write(weights, ModelSerializer.COEFFICIENTS_BIN, zip);
    }
    INDArray state = updaterState(model);
    if (state != null && state.length() > 0) {
      write(state, ModelSerializer.UPDATER_BIN, zip);
    }
  }

  private static void write(INDArray array, String name, ZipOutputStream zip) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(zip));
    Nd4j.write(array, out);
    out.flush();
  }

  private static String configuration(Model model) {
    return model instanceof MultiLayerNetwork network
        ? network.getLayerWiseConfigurations().toJson()
        : ((ComputationGraph) model).getConfiguration().toJson();
  }

  /** Null for a network that DL4J makes no updater for, such as Bidirectional of LastTimeStep. */
  private static @Nullable INDArray updaterState(Model model) {
    try {
      return model instanceof MultiLayerNetwork network
          ? network.getUpdater().getStateViewArray()
          : ((ComputationGraph) model).getUpdater().getStateViewArray();
    } catch (UnsupportedOperationException e) {
      LOG.warn("saved without updater state, as Deeplearning4j makes no updater for the network");
      return null;
    }
  }

  /** The same JSON without other characters: DL4J reads it in whatever encoding the system has. */
  private static String ascii(String json) {
    StringBuilder escaped = new StringBuilder(json.length());
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      escaped.append(c < 128 ? String.valueOf(c) : String.format(Locale.ROOT, "\\u%04x", (int) c));
    }
    return escaped.toString();
  }
}
