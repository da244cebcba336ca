package org.dl4jtt.surgery;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.dl4jtt.plan.NetworkLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * Means and variances of batch normalisation, measured anew. Decomposition changes what every layer
 * puts out; the running statistics are those of the weights before it.
 *
 * <p>Every batch passes as in training, each normalisation by the batch's own statistics; what
 * enters a normalisation is averaged over all batches, steps that a mask hides left out. Nothing
 * else changes in the network.
 */
public final class BatchNormStatistics {
  private final Map<String, ChannelMoments> moments = new HashMap<>();

  private BatchNormStatistics() {}

  /**
   * Writes new statistics into the network.
   *
   * @param network changed in place: its running means and variances
   * @param data reset before and read once; a few hundred examples do
   */
  public static void reestimate(MultiLayerNetwork network, DataSetIterator data) {
    BatchNormStatistics statistics = new BatchNormStatistics();
    data.reset();
    while (data.hasNext()) {
      DataSet batch = data.next();
      statistics.add(network, batch.getFeatures(), batch.getFeaturesMaskArray());
    }
    statistics.write(network);
  }

  /** The same for a graph with one input. */
  public static void reestimate(ComputationGraph network, DataSetIterator data) {
    BatchNormStatistics statistics = new BatchNormStatistics();
    data.reset();
    while (data.hasNext()) {
      DataSet batch = data.next();
      INDArray mask = batch.getFeaturesMaskArray();
      statistics.add(
          network,
          new INDArray[] {batch.getFeatures()},
          mask == null ? null : new INDArray[] {mask});
    }
    statistics.write(network);
  }

  /** The same for a graph with any number of inputs. */
  public static void reestimate(ComputationGraph network, MultiDataSetIterator data) {
    BatchNormStatistics statistics = new BatchNormStatistics();
    data.reset();
    while (data.hasNext()) {
      MultiDataSet batch = data.next();
      statistics.add(network, batch.getFeatures(), batch.getFeaturesMaskArrays());
    }
    statistics.write(network);
  }

  private void add(MultiLayerNetwork network, INDArray features, @Nullable INDArray mask) {
    network.setLayerMaskArrays(mask, null);
    Map<String, INDArray> masks = masks(network); // the forward pass clears them
    List<INDArray> activations = network.feedForward(features, true); // the input, then each layer
    int i = 0;
    for (NetworkLayer layer : NetworkLayer.of(network)) {
      InputPreProcessor preProcessor = network.getLayerWiseConfigurations().getInputPreProcess(i);
      add(layer, activations.get(i), masks.get(layer.name()), preProcessor, features.size(0));
      i++;
    }
    network.clearLayerMaskArrays();
  }

  private void add(
      ComputationGraph network, INDArray[] features, INDArray @Nullable [] featuresMasks) {
    network.setLayerMaskArrays(featuresMasks, null);
    Map<String, INDArray> masks = masks(network);
    Map<String, INDArray> activations = network.feedForward(features, true);
    var configuration = network.getConfiguration();
    for (NetworkLayer layer : NetworkLayer.of(network)) {
      if (layer.configuration() instanceof BatchNormalization
          && configuration.getVertices().get(layer.name()) instanceof LayerVertex vertex) {
        String source =
            configuration.getVertexInputs().getOrDefault(layer.name(), List.of("")).get(0);
        int input = configuration.getNetworkInputs().indexOf(source);
        INDArray entering = input >= 0 ? features[input] : activations.get(source);
        if (entering != null) {
          add(
              layer,
              entering,
              masks.get(layer.name()),
              vertex.getPreProcessor(),
              features[0].size(0));
        }
      }
    }
    network.clearLayerMaskArrays();
  }

  private static Map<String, INDArray> masks(Model network) {
    Map<String, INDArray> masks = new HashMap<>();
    for (NetworkLayer layer : NetworkLayer.of(network)) {
      INDArray mask = layer.layer().getMaskArray();
      if (mask != null) {
        masks.put(layer.name(), mask);
      }
    }
    return masks;
  }

  private void add(
      NetworkLayer layer,
      INDArray input,
      @Nullable INDArray mask,
      @Nullable InputPreProcessor preProcessor,
      long batch) {
    if (!(layer.configuration() instanceof BatchNormalization norm)) {
      return;
    }
    INDArray entering =
        preProcessor == null
            ? input
            : preProcessor.preProcess(input, (int) batch, LayerWorkspaceMgr.noWorkspaces());
    moments
        .computeIfAbsent(layer.name(), name -> new ChannelMoments(norm.getCnn2DFormat()))
        .add(entering, mask);
  }

  private void write(Model network) {
    for (NetworkLayer layer : NetworkLayer.of(network)) {
      ChannelMoments measured = moments.get(layer.name());
      if (measured != null) {
        measured.write(layer);
      }
    }
  }
}
