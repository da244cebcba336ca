package org.dl4jtt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.calibrate.Calibration;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Ranks by what the data needs. */
class CalibratedPlanTest {
  private static final int INPUTS = 40;

  private static MultiLayerNetwork network(int hidden) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.DOUBLE)
                .activation(Activation.TANH)
                .list()
                .layer(new DenseLayer.Builder().name("narrow").nOut(hidden).build())
                .layer(new DenseLayer.Builder().name("wide").nOut(40).build())
                .layer(new OutputLayer.Builder(LossFunction.MSE).nOut(3).build())
                .setInputType(InputType.feedForward(INPUTS))
                .build());
    network.init();
    return network;
  }

  /** Inputs that vary in three directions only: the first layer needs rank 3 of its 40. */
  private static Calibration calibration(MultiLayerNetwork network) {
    Random random = new Random(5);
    INDArray directions =
        Nd4j.createFromArray(random.doubles(3 * INPUTS, -1, 1).toArray()).reshape('c', 3, INPUTS);
    INDArray along =
        Nd4j.createFromArray(random.doubles(300 * 3, -1, 1).toArray()).reshape('c', 300, 3);
    DataSet data = new DataSet(along.mmul(directions), Nd4j.zeros(DataType.DOUBLE, 300, 3));
    return Calibration.of(network).examples(300).run(new ExistingDataSetIterator(List.of(data)));
  }

  @Test
  void layerWhoseInputsVaryLittle_getsFewRanks() {
    MultiLayerNetwork network = network(40);
    CompressionPlan plain = CompressionPlan.of(network).weights(0.4).build();
    CompressionPlan plan =
        CompressionPlan.of(network).weights(0.4).calibration(calibration(network)).build();
    assertThat(plan.networkWeightsAfter()).isLessThanOrEqualTo((long) (0.4 * network.numParams()));
    // What rank 3 frees goes to the other layer, and what is cut of both is less.
    assertThat(weights(plan, "narrow")).isLessThan(weights(plain, "narrow"));
    assertThat(error(plan, "narrow")).isLessThan(0.1);
    assertThat(error(plain, "narrow")).isGreaterThan(0.4); // of the weight itself
  }

  private static double error(CompressionPlan plan, String layer) {
    return plan.weights().stream()
        .filter(w -> w.layer().equals(layer))
        .mapToDouble(PlannedWeight::relativeError)
        .findFirst()
        .orElse(0);
  }

  private static long weights(CompressionPlan plan, String layer) {
    return plan.weights().stream()
        .filter(w -> w.layer().equals(layer))
        .mapToLong(PlannedWeight::weightsAfter)
        .findFirst()
        .orElse(40L * 40);
  }

  @Test
  void calibrationOfAnotherNetwork_isRefused() {
    Calibration other = calibration(network(30));
    MultiLayerNetwork network = network(40);
    assertThatThrownBy(() -> CompressionPlan.of(network).calibration(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the calibration is of another network");
  }
}
