package org.dl4jtt.surgery;

import static org.assertj.core.api.Assertions.assertThat;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.listeners.CollectScoresListener;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

class CopyTest {
  private final DataSet data =
      new DataSet(Nd4j.rand(DataType.DOUBLE, 8, 5), Nd4j.rand(DataType.DOUBLE, 8, 3));

  @Test
  void copyOfAGraph_trainsOnLikeTheOriginal_andLeavesItAlone() {
    ComputationGraph original = graph();
    original.fit(data);
    ComputationGraph copy = ModelSurgery.copy(original);
    double[] before = original.params().toDoubleVector();
    copy.fit(data);
    assertThat(original.params().toDoubleVector()).isEqualTo(before);
    original.fit(data); // the same Adam state, the same iteration
    assertThat(copy.params().toDoubleVector()).isEqualTo(original.params().toDoubleVector());
    assertThat(copy.getIterationCount()).isEqualTo(original.getIterationCount());
  }

  @Test
  void listenersOfACopy_areItsOwn() {
    ComputationGraph original = graph();
    CollectScoresListener users = new CollectScoresListener(1);
    original.setListeners(users);
    ComputationGraph copy = ModelSurgery.copy(original);
    assertThat(copy.getListeners()).isEmpty();
    copy.addListeners(new CollectScoresListener(1));
    assertThat(original.getListeners()).containsExactly(users);
  }

  private static ComputationGraph graph() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.DOUBLE)
                .updater(new Adam(0.1))
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", new DenseLayer.Builder().nIn(5).nOut(4).build(), "in")
                .addLayer(
                    "out",
                    new OutputLayer.Builder().nIn(4).nOut(3).activation(Activation.SOFTMAX).build(),
                    "a")
                .setOutputs("out")
                .build());
    graph.init();
    return graph;
  }
}
