package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.BooleanSupplier;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** The gradients of a layer are those of its output, by differences, for every parameter. */
interface GradientClaims extends LayerInNetworks {
  default void assertGradients(MultiLayerNetwork net, DataSet data) {
    assertInDouble(
        () ->
            GradientCheckUtil.checkGradients(
                new GradientCheckUtil.MLNConfig()
                    .net(net)
                    .epsilon(1e-5) // at 1e-6 the score's rounding alone is 1e-9 of a gradient
                    .maxRelError(1e-5)
                    .minAbsoluteError(1e-9)
                    .input(data.getFeatures())
                    .labels(data.getLabels())
                    .inputMask(data.getFeaturesMaskArray())
                    .labelMask(data.getLabelsMaskArray())));
  }

  /** DL4J's gradient check insists on double as ND4J's default type. */
  private static void assertInDouble(BooleanSupplier check) {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
    try {
      assertThat(check.getAsBoolean()).isTrue();
    } finally {
      Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
    }
  }

  @Test
  default void gradients_ofThreeExamples_areDifferences() {
    assertGradients(network(new NoOp()), data(3, DataType.DOUBLE));
  }

  @Test
  default void gradients_ofOneExample_withoutWorkspaces_areDifferences() {
    assertGradients(
        network(built(layer()), new NoOp(), DataType.DOUBLE, WorkspaceMode.NONE),
        data(1, DataType.DOUBLE));
  }

  @Test
  default void gradients_withRegularization_areDifferences() {
    Layer regular = built(layer().l1(0.01).l2(0.02).l1Bias(0.01).l2Bias(0.03).biasInit(0.1));
    assertGradients(network(regular, new NoOp()), data(2, DataType.DOUBLE));
  }

  @Test
  default void gradients_withMasks_areDifferences() {
    if (inputType().getType() != InputType.Type.RNN || !isSequence()) {
      return; // only time series have masks
    }
    DataSet data = data(3, DataType.DOUBLE);
    INDArray mask = Nd4j.ones(DataType.DOUBLE, 3, STEPS);
    mask.putScalar(1, 3, 0);
    mask.putScalar(2, 2, 0);
    mask.putScalar(2, 3, 0);
    data.setFeaturesMaskArray(mask);
    data.setLabelsMaskArray(mask.dup());
    assertGradients(network(new NoOp()), data);
  }

  @Test
  default void graph_gradients_areDifferences() {
    DataSet data = data(2, DataType.DOUBLE);
    ComputationGraph graph = graph(built(layer()), new NoOp(), DataType.DOUBLE);
    assertInDouble(
        () ->
            GradientCheckUtil.checkGradients(
                new GradientCheckUtil.GraphConfig()
                    .net(graph)
                    .epsilon(1e-5) // at 1e-6 the score's rounding alone is 1e-9 of a gradient
                    .maxRelError(1e-5)
                    .minAbsoluteError(1e-9)
                    .inputs(new INDArray[] {data.getFeatures()})
                    .labels(new INDArray[] {data.getLabels()})));
  }
}
