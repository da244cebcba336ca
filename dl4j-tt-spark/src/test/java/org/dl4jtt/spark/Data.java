package org.dl4jtt.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.Tensorization;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks in double, and mini-batches to match. */
final class Data {
  /** 8 by 12, rank 2. */
  static final TensorForm FORM =
      TensorForm.of(
          Tensorization.matrix(Scheme.SEPARATED, List.of(12), List.of(8)), List.of(1, 2, 1));

  private Data() {}

  static NeuralNetConfiguration.Builder conf(IUpdater updater) {
    return new NeuralNetConfiguration.Builder()
        .seed(1)
        .dataType(DataType.DOUBLE)
        .updater(updater)
        .l2(1e-3)
        .activation(Activation.TANH);
  }

  static DenseLayer hidden() {
    return new DenseLayer.Builder().name("fc").nOut(12).build();
  }

  static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MSE)
        .name("out")
        .nOut(2)
        .activation(Activation.IDENTITY)
        .build();
  }

  static MultiLayerNetwork network(IUpdater updater) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            conf(updater)
                .list()
                .layer(hidden())
                .layer(new BatchNormalization.Builder().name("norm").build())
                .layer(output())
                .setInputType(InputType.feedForward(8))
                .build());
    net.init();
    return net;
  }

  static ComputationGraph graph(IUpdater updater) {
    ComputationGraph graph =
        new ComputationGraph(
            conf(updater)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.feedForward(8))
                .addLayer("fc", hidden(), "in")
                .addLayer("norm", new BatchNormalization.Builder().build(), "fc")
                .addLayer("out", output(), "norm")
                .setOutputs("out")
                .build());
    graph.init();
    return graph;
  }

  /** So many mini-batches of 8. */
  static List<DataSet> batches(int n, long seed) {
    Random random = new Random(seed);
    List<DataSet> batches = new ArrayList<>();
    for (int b = 0; b < n; b++) {
      INDArray x = Nd4j.create(DataType.DOUBLE, 8, 8);
      INDArray y = Nd4j.create(DataType.DOUBLE, 8, 2);
      for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 8; j++) {
          x.putScalar(i, j, random.nextGaussian());
        }
        y.putScalar(i, 0, Math.tanh(x.getDouble(i, 0) + x.getDouble(i, 1)));
        y.putScalar(i, 1, Math.tanh(x.getDouble(i, 2) - x.getDouble(i, 0)));
      }
      batches.add(new DataSet(x, y));
    }
    return batches;
  }

  /** Mini-batch j of n goes to worker j mod N. */
  static Shard shard(int n, long seed) {
    return (worker, workers, epoch) -> {
      List<DataSet> mine = new ArrayList<>();
      List<DataSet> all = batches(n, seed);
      for (int j = worker; j < n; j += workers) {
        mine.add(all.get(j));
      }
      return new ExistingDataSetIterator(mine);
    };
  }
}
