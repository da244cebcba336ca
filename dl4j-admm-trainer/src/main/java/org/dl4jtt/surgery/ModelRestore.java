package org.dl4jtt.surgery;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.internal.JsonText;
import org.dl4jtt.internal.TrustedClasses;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network from its zip, as {@link ModelSerializer} restores it, but: of the zip's other entries
 * nothing is read (DL4J reads all into memory and deserialises {@code preprocessor.bin} by Java
 * serialisation), and the numbers are read when there are as many as the configuration asks for.
 */
final class ModelRestore {
  /** No updater of DL4J keeps more than three numbers for a weight. */
  private static final int MOST_STATE_PER_WEIGHT = 8;

  private final ModelZip zip;

  ModelRestore(ModelZip zip) {
    this.zip = zip;
  }

  Model restore() throws IOException {
    String where = zip.where(ModelSerializer.CONFIGURATION_JSON);
    String json = zip.text(ModelSerializer.CONFIGURATION_JSON);
    Set<String> untrusted = TrustedClasses.untrusted(json, where);
    argument(
        untrusted.isEmpty(),
        "%s names classes that are neither DL4J's nor ours: %s; to make objects of them is to run"
            + " their code",
        where,
        String.join(", ", untrusted));
    Set<String> names = JsonText.names(json, where);
    boolean graph = names.contains("vertices");
    argument(
        graph || names.contains("confs"),
        "%s describes no network: it has neither \"confs\" nor \"vertices\"",
        where);
    return graph ? graph(json) : layers(json);
  }

  private MultiLayerNetwork layers(String json) throws IOException {
    MultiLayerConfiguration configuration = MultiLayerConfiguration.fromJson(json);
    long count = 0;
    for (NeuralNetConfiguration layer : configuration.getConfs()) {
      count += layer.getLayer().initializer().numParams(layer);
    }
    INDArray weights = weights(count);
    if (weights != null) {
      configuration.setDataType(weights.dataType());
    }
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init(weights, false);
    INDArray state = state(count);
    if (state != null) {
      network.getUpdater().setStateViewArray(network, state, false);
    }
    return network;
  }

  private ComputationGraph graph(String json) throws IOException {
    ComputationGraphConfiguration configuration = ComputationGraphConfiguration.fromJson(json);
    long count = 0;
    for (GraphVertex vertex : configuration.getVertices().values()) {
      count += vertex.numParams(true);
    }
    INDArray weights = weights(count);
    if (weights != null) {
      configuration.setDataType(weights.dataType());
    }
    ComputationGraph network = new ComputationGraph(configuration);
    network.init(weights, false);
    INDArray state = state(count);
    if (state != null) {
      network.getUpdater().setStateViewArray(state);
    }
    return network;
  }

  private @Nullable INDArray weights(long count) throws IOException {
    String name = ModelSerializer.COEFFICIENTS_BIN;
    if (count == 0 && zip.isEmpty(name)) {
      return null;
    }
    return zip.array(
        name,
        (length, type) ->
            argument(
                length == count,
                "%s holds %d numbers, the configuration asks for %d",
                zip.where(name),
                length,
                count));
  }

  private @Nullable INDArray state(long count) throws IOException {
    String name = ModelSerializer.UPDATER_BIN;
    if (zip.isEmpty(name)) {
      return null;
    }
    return zip.array(
        name,
        (length, type) ->
            argument(
                length / MOST_STATE_PER_WEIGHT <= count,
                "%s holds %d numbers for %d weights",
                zip.where(name),
                length,
                count));
  }

  /** Looks at a header before the numbers are read. */
  interface HeaderCheck {
    void check(long length, DataType type);
  }
}
