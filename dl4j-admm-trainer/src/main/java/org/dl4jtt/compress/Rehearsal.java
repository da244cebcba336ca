package org.dl4jtt.compress;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.ocnn.OCNNOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.adapter.SingletonMultiDataSetIterator;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMixtureDensity;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;

/**
 * What can fail for this network and this kind of data, tried on the first mini-batch before hours
 * are spent: labels against outputs, labels against losses, one step of a copy, and the
 * configuration as JSON, which decomposition and every file need.
 */
final class Rehearsal {
  private Rehearsal() {}

  /**
   * An output and what it learns by.
   *
   * @param loss null for an output with labels of its own kind: detection, a loss of the user's
   */
  private record Output(String name, @Nullable ILossFunction loss, boolean channelsLast) {}

  /**
   * Tries the network; it stays as it is.
   *
   * @throws IllegalArgumentException saying what of the data does not fit
   */
  static void run(Model network, EpochData data) {
    checkJson(network);
    MultiDataSet batch = data.epoch(0).next();
    Model copy = Networks.copy(network);
    Networks.prepare(copy, List.of());
    List<Output> outputs = outputs(copy);
    checkNumber(copy, batch, outputs.size());
    INDArray[] given = tried("cannot be run", batch, () -> output(copy, batch));
    for (int i = 0; i < outputs.size(); i++) {
      check(outputs.get(i), given[i], batch.getLabels(i), batch.getLabelsMaskArray(i));
    }
    tried(
        "cannot be trained",
        batch,
        () -> {
          Networks.fit(copy, new SingletonMultiDataSetIterator(batch));
          return copy;
        });
  }

  private static void checkJson(Model network) {
    try {
      if (network instanceof ComputationGraph graph) {
        ComputationGraphConfiguration.fromJson(graph.getConfiguration().toJson());
      } else {
        MultiLayerConfiguration.fromJson(
            ((MultiLayerNetwork) network).getLayerWiseConfigurations().toJson());
      }
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "the network's configuration cannot be written as JSON and read again, which its"
              + " decomposition needs: "
              + e.getMessage(),
          e);
    }
  }

  private static void checkNumber(Model network, MultiDataSet batch, int outputs) {
    int inputs = network instanceof ComputationGraph graph ? graph.getNumInputArrays() : 1;
    argument(
        batch.getFeatures().length == inputs && batch.getLabels().length == outputs,
        "the network has %d input(s) and %d output(s), a mini-batch %d features and %d labels",
        inputs,
        outputs,
        batch.getFeatures().length,
        batch.getLabels().length);
  }

  private interface Trial<T> {
    T run();
  }

  private static <T> T tried(String failure, MultiDataSet batch, Trial<T> trial) {
    try {
      return trial.run();
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the network %s on the first mini-batch, features %s and labels %s: %s",
              failure,
              shapes(batch.getFeatures()),
              shapes(batch.getLabels()),
              e.getMessage()),
          e);
    }
  }

  private static String shapes(INDArray[] arrays) {
    List<String> shapes = new ArrayList<>();
    for (INDArray array : arrays) {
      shapes.add(Arrays.toString(array.shape()));
    }
    return String.join(", ", shapes);
  }

  private static INDArray[] output(Model network, MultiDataSet batch) {
    return Networks.output(
        network, batch.getFeatures(), batch.getFeaturesMaskArrays(), batch.getLabelsMaskArrays());
  }

  private static void check(
      Output output, INDArray given, INDArray labels, @Nullable INDArray mask) {
    ILossFunction loss = output.loss;
    if (loss == null) {
      return;
    }
    long[] wanted = given.shape();
    int axis = output.channelsLast ? wanted.length - 1 : 1;
    long classes = wanted[axis];
    if (loss instanceof LossSparseMCXENT) {
      wanted[axis] = 1;
    }
    argument(
        Arrays.equals(wanted, labels.shape()),
        "%s gives %d number(s) for each example or step and wants labels of %s, but those of the"
            + " first mini-batch are of %s",
        output.name,
        classes,
        Arrays.toString(wanted),
        Arrays.toString(labels.shape()));
    if (mask == null) {
      LossLabels.check(output.name, loss, labels, classes);
    }
  }

  private static List<Output> outputs(Model network) {
    if (network instanceof ComputationGraph graph) {
      List<String> names = graph.getConfiguration().getNetworkOutputs();
      List<Output> outputs = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        outputs.add(output("output " + names.get(i), graph.getOutputLayer(i)));
      }
      return outputs;
    }
    return List.of(output("the network", ((MultiLayerNetwork) network).getOutputLayer()));
  }

  private static Output output(String name, @Nullable Layer layer) {
    Output found = anyOutput(name, layer);
    ILossFunction loss = found.loss;
    boolean known =
        loss != null
            && !(loss instanceof LossMixtureDensity)
            && loss.getClass().getPackage() == LossSparseMCXENT.class.getPackage();
    return known ? found : new Output(name, null, false);
  }

  private static Output anyOutput(String name, @Nullable Layer layer) {
    var configuration = layer == null ? null : layer.conf().getLayer();
    if (configuration instanceof OCNNOutputLayer) {
      return new Output(name, null, false); // one class: its labels mean nothing
    }
    if (configuration instanceof BaseOutputLayer output) {
      boolean last = output instanceof RnnOutputLayer r && r.getRnnDataFormat() == RNNFormat.NWC;
      return new Output(name, output.getLossFn(), last);
    }
    if (configuration instanceof LossLayer output) {
      return new Output(name, output.getLossFn(), false);
    }
    if (configuration instanceof RnnLossLayer output) {
      return new Output(name, output.getLossFn(), output.getRnnDataFormat() == RNNFormat.NWC);
    }
    if (configuration instanceof CnnLossLayer output) {
      return new Output(name, output.getLossFn(), output.getFormat() == CNN2DFormat.NHWC);
    }
    return new Output(name, null, false);
  }
}
