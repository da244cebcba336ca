package org.dl4jtt.surgery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.layers.convert.ConvertedLayer;
import org.dl4jtt.layers.convert.OutputSplit;
import org.dl4jtt.layers.convert.TensorLayers;
import org.dl4jtt.plan.NetworkLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A {@link MultiLayerNetwork} with some layers replaced. The configuration is copied by way of its
 * JSON, as a saved model's is: {@code clone()} shares what wrappers wrap.
 */
final class NetworkSurgery {
  private final MultiLayerConfiguration configuration;
  private final List<NeuralNetConfiguration> layers = new ArrayList<>();
  private final Map<Integer, InputPreProcessor> preProcessors = new HashMap<>();
  private final List<Map<String, INDArray>> parameters = new ArrayList<>();

  private NetworkSurgery(MultiLayerNetwork source) {
    configuration = MultiLayerConfiguration.fromJson(source.getLayerWiseConfigurations().toJson());
  }

  /** Without initialised parameters. */
  static NetworkSurgery replace(MultiLayerNetwork source, Map<String, Replacement> replacements) {
    NetworkSurgery surgery = new NetworkSurgery(source);
    int i = 0;
    for (NetworkLayer layer : NetworkLayer.of(source)) {
      Replacement replacement = replacements.get(layer.name());
      if (replacement == null) {
        surgery.keep(i, layer);
      } else {
        surgery.add(i, replacement.layer());
        if (replacement.loss() != null) {
          surgery.add(i, replacement.loss(), null, Map.of());
        }
      }
      i++;
    }
    return surgery;
  }

  static NetworkSurgery dense(MultiLayerNetwork source) {
    NetworkSurgery surgery = new NetworkSurgery(source);
    List<NetworkLayer> all = NetworkLayer.of(source);
    for (int i = 0; i < all.size(); i++) {
      NetworkLayer layer = all.get(i);
      if (!TensorLayers.isTensorLayer(layer.configuration())) {
        surgery.keep(i, layer);
        continue;
      }
      ConvertedLayer converted = TensorLayers.toDense(layer.configuration(), layer.parameters());
      if (i + 1 < all.size()
          && converted.configuration() instanceof DenseLayer dense
          && all.get(i + 1).configuration() instanceof LossLayer loss
          && layer.name().equals(all.get(i + 1).name() + Replacement.SUFFIX)) {
        surgery.add(
            i, new ConvertedLayer(new OutputSplit(dense, loss).join(), converted.parameters()));
        i++;
      } else {
        surgery.add(i, converted);
      }
    }
    return surgery;
  }

  /** The network with the parameters of the source and of the replacements. */
  MultiLayerNetwork withParameters() {
    MultiLayerNetwork network = network();
    long length = 0;
    for (NeuralNetConfiguration layer : layers) {
      length += layer.getLayer().initializer().numParams(layer);
    }
    network.init(Parameters.empty(configuration.getDataType(), length), false);
    for (int i = 0; i < layers.size(); i++) {
      Parameters.copy(parameters.get(i), network.getLayer(i).paramTable(false), i + "");
    }
    return network;
  }

  /** The network newly initialised, at iteration and epoch 0. */
  MultiLayerNetwork fresh(long seed) {
    layers.forEach(layer -> layer.setSeed(seed));
    configuration.setIterationCount(0);
    configuration.setEpochCount(0);
    MultiLayerNetwork network = network();
    network.init();
    return network;
  }

  private MultiLayerNetwork network() {
    configuration.setConfs(layers);
    configuration.setInputPreProcessors(preProcessors);
    return new MultiLayerNetwork(configuration);
  }

  private void keep(int i, NetworkLayer layer) {
    add(i, null, configuration.getInputPreProcess(i), layer.parameters());
  }

  private void add(int i, ConvertedLayer layer) {
    add(i, layer.configuration(), configuration.getInputPreProcess(i), layer.parameters());
  }

  /** Appends source layer i, or what replaces it. */
  private void add(
      int i,
      @Nullable Layer replacement,
      @Nullable InputPreProcessor preProcessor,
      Map<String, INDArray> values) {
    NeuralNetConfiguration layer = configuration.getConf(i);
    if (replacement != null) {
      layer = layer.clone();
      layer.setLayer(replacement);
    }
    layer.clearVariables();
    if (preProcessor != null) {
      preProcessors.put(layers.size(), preProcessor);
    }
    layers.add(layer);
    parameters.add(values);
  }
}
