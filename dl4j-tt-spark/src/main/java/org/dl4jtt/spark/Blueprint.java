package org.dl4jtt.spark;

import java.io.Serializable;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.accelerate.NativeHelpers;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** A network without its numbers, and what DL4J's two kinds of network do each in its own way. */
final class Blueprint implements Serializable {
  private static final long serialVersionUID = 1;

  private final boolean graph;
  private final String json;
  private final String dataType;

  private Blueprint(boolean graph, String json, DataType dataType) {
    this.graph = graph;
    this.json = json;
    this.dataType = dataType.name();
  }

  static Blueprint of(Model network) {
    if (network instanceof ComputationGraph g) {
      return new Blueprint(true, g.getConfiguration().toJson(), network.params().dataType());
    }
    String json = multiLayer(network).getLayerWiseConfigurations().toJson();
    return new Blueprint(false, json, network.params().dataType());
  }

  /**
   * A network with these parameters, native helpers and no listeners.
   *
   * @param parameters kept, not copied
   */
  Model build(INDArray parameters, int iteration, int epoch) {
    Model network;
    if (graph) {
      ComputationGraphConfiguration conf = ComputationGraphConfiguration.fromJson(json);
      conf.setIterationCount(iteration);
      conf.setEpochCount(epoch);
      ComputationGraph g = new ComputationGraph(conf);
      g.init(parameters, false);
      network = g;
    } else {
      MultiLayerConfiguration conf = MultiLayerConfiguration.fromJson(json);
      conf.setIterationCount(iteration);
      conf.setEpochCount(epoch);
      MultiLayerNetwork net = new MultiLayerNetwork(conf);
      net.init(parameters, false);
      network = net;
    }
    NativeHelpers.enable(network);
    return network;
  }

  static void setCounts(Model network, int iteration, int epoch) {
    if (network instanceof ComputationGraph g) {
      g.getConfiguration().setIterationCount(iteration);
      g.getConfiguration().setEpochCount(epoch);
    } else {
      multiLayer(network).getLayerWiseConfigurations().setIterationCount(iteration);
      multiLayer(network).getLayerWiseConfigurations().setEpochCount(epoch);
    }
  }

  static void setScore(Model network, double score) {
    if (network instanceof ComputationGraph g) {
      g.setScore(score);
    } else {
      multiLayer(network).setScore(score);
    }
  }

  /** One epoch. */
  static void fit(Model network, DataSetIterator data) {
    if (network instanceof ComputationGraph g) {
      g.fit(data);
    } else {
      multiLayer(network).fit(data);
    }
  }

  /**
   * Momentum and the like, as a view; null for an updater without state.
   *
   * @param create whether to make an updater for a network that has none yet
   */
  static @Nullable INDArray updaterState(Model network, boolean create) {
    Updater updater =
        network instanceof ComputationGraph g
            ? g.getUpdater(create)
            : multiLayer(network).getUpdater(create);
    return updater == null ? null : updater.getStateViewArray();
  }

  /** Frees a network's memory at once, rather than when the garbage collector finds it. */
  static void close(Model network) {
    close(updaterState(network, false));
    close(network.getGradientsViewArray());
    close(network.params());
  }

  private static void close(@Nullable INDArray array) {
    if (array != null && array.closeable()) {
      array.close();
    }
  }

  /** The configuration as JSON, without counts. */
  String json() {
    return json;
  }

  DataType dataType() {
    return DataType.valueOf(dataType);
  }

  private static MultiLayerNetwork multiLayer(Model network) {
    if (network instanceof MultiLayerNetwork net) {
      return net;
    }
    throw new IllegalArgumentException(
        network.getClass().getName() + " is neither a MultiLayerNetwork nor a ComputationGraph");
  }
}
