package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.parallelism.ParallelInference;
import org.deeplearning4j.parallelism.inference.InferenceMode;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

/** A layer gives the same numbers in every data type, workspace and thread. */
interface SameNumbersClaims extends LayerInNetworks {
  @Test
  default void float_equalsDouble() {
    MultiLayerNetwork exact = network(new Sgd(0.1));
    MultiLayerNetwork single =
        network(built(layer()), new Sgd(0.1), DataType.FLOAT, WorkspaceMode.ENABLED);
    single.setParams(exact.params().castTo(DataType.FLOAT));
    for (MultiLayerNetwork net : List.of(exact, single)) {
      DataSet data = data(4, DataType.DOUBLE);
      net.setInput(data.getFeatures().castTo(net.params().dataType()));
      net.setLabels(data.getLabels().castTo(net.params().dataType()));
      net.computeGradientAndScore();
    }
    assertThat(
            distance(
                single.output(data(4, DataType.FLOAT).getFeatures()),
                exact.output(data(4, DataType.DOUBLE).getFeatures())))
        .isLessThan(1e-4);
    exact
        .gradient()
        .gradientForVariable()
        .forEach(
            (name, gradient) ->
                assertThat(distance(single.gradient().getGradientFor(name), gradient))
                    .as(name)
                    .isLessThan(1e-4));
  }

  @Test
  default void workspaces_changeNothing() {
    DataSet data = data(3, DataType.DOUBLE);
    MultiLayerNetwork with = network(new Adam(0.01));
    MultiLayerNetwork without =
        network(built(layer()), new Adam(0.01), DataType.DOUBLE, WorkspaceMode.NONE);
    for (int i = 0; i < 3; i++) {
      with.fit(data);
      without.fit(data);
    }
    assertThat(without.params()).isEqualTo(with.params());
    assertThat(without.output(data.getFeatures())).isEqualTo(with.output(data.getFeatures()));
  }

  @Test
  default void scopePanic_findsNothing() {
    OpExecutioner executioner = Nd4j.getExecutioner();
    OpExecutioner.ProfilingMode mode = executioner.getProfilingMode();
    executioner.setProfilingMode(OpExecutioner.ProfilingMode.SCOPE_PANIC);
    try {
      DataSet data = data(3, DataType.DOUBLE);
      MultiLayerNetwork net = network(new Adam(0.01));
      net.fit(data);
      net.output(data.getFeatures());
      net.fit(data);
      ComputationGraph graph = graph(built(layer()), new Adam(0.01), DataType.DOUBLE);
      graph.fit(data);
      graph.output(data.getFeatures());
    } finally {
      executioner.setProfilingMode(mode);
    }
  }

  @Test
  default void eightThreads_giveTheAnswersOfOne() throws Exception {
    MultiLayerNetwork net =
        network(built(layer()), new Sgd(0.1), DataType.FLOAT, WorkspaceMode.ENABLED);
    List<INDArray> inputs = new ArrayList<>();
    List<INDArray> answers = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      Nd4j.getRandom().setSeed(i);
      inputs.add(features(1 + i % 4, DataType.FLOAT));
      answers.add(net.output(inputs.get(i)).dup());
    }
    ParallelInference inference =
        new ParallelInference.Builder(net).inferenceMode(InferenceMode.INPLACE).workers(2).build();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<INDArray>> futures = new ArrayList<>();
      for (INDArray input : inputs) {
        futures.add(threads.submit(() -> inference.output(input)));
      }
      for (int i = 0; i < 16; i++) {
        assertThat(distance(futures.get(i).get(), answers.get(i))).isLessThan(1e-6);
      }
    } finally {
      threads.shutdownNow();
      inference.shutdown();
    }
  }
}
