package org.dl4jtt.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.dl4jtt.compress.RandomData.random;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.layers.TTDense;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class CoreStepsTest {
  private static final double RATE = 1e-3;

  /** y = x G₁ G₂ by two cores of rank 1 and modes 1: W = a b, squared loss. */
  private static MultiLayerNetwork product(double a, double b, IUpdater updater) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .updater(updater)
                .list()
                .layer(
                    new TTDense.Builder()
                        .nIn(1)
                        .nOut(1)
                        .inputModes(1, 1)
                        .outputModes(1, 1)
                        .ranks(1)
                        .hasBias(false)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(1)
                        .nOut(1)
                        .hasBias(false)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    net.init();
    net.getParam("0_core0").assign(a);
    net.getParam("0_core1").assign(b);
    net.getParam("1_W").assign(1);
    return net;
  }

  /** With g = ∂L/∂W: a moves by −η b g / b², b by −η a g / a². */
  @Test
  void scalarCores_eachMoveTheProductAsFarAsTheDenseWeight() {
    double a = 4;
    double b = 0.5;
    MultiLayerNetwork net = product(a, b, new Sgd(RATE));
    net.addListeners(new CoreSteps());
    DataSet one = new DataSet(ones(), ones().mul(3));
    net.fit(one);
    double g = 2 * (a * b - 3);
    assertThat(net.getParam("0_core0").getDouble(0)).isCloseTo(a - RATE * g / b, within(1e-12));
    assertThat(net.getParam("0_core1").getDouble(0)).isCloseTo(b - RATE * g / a, within(1e-12));
    // so that, to first order, each moved the product by −η g
    assertThat((net.getParam("0_core0").getDouble(0) - a) * b).isCloseTo(-RATE * g, within(1e-12));
    assertThat((net.getParam("0_core1").getDouble(0) - b) * a).isCloseTo(-RATE * g, within(1e-12));
  }

  /** One core's step alone never moves the product farther than a dense step would. */
  @Test
  void largeCores_doNotOvershoot() {
    INDArray x = random(3, 20, 12);
    INDArray y = random(4, 20, 8);
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .dataType(DataType.DOUBLE)
                .updater(new Nesterovs(0.3, 0.9)) // far too much without: the loss becomes NaN
                .list()
                .layer(
                    new TTDense.Builder()
                        .nIn(12)
                        .nOut(8)
                        .inputModes(3, 4)
                        .outputModes(4, 2)
                        .ranks(4)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(
                    new org.deeplearning4j.nn.conf.layers.LossLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    net.init();
    net.getParam("0_core0").muli(6);
    net.getParam("0_core1").muli(6);
    MultiLayerNetwork without = net.clone();
    net.addListeners(new CoreSteps());
    DataSet data = new DataSet(x, y);
    double before = net.score(data);
    for (int i = 0; i < 50; i++) {
      net.fit(data);
      without.fit(data);
    }
    assertThat(net.score(data)).isLessThan(before / 10);
    assertThat(without.score(data)).isNaN();
  }

  private static INDArray ones() {
    return org.nd4j.linalg.factory.Nd4j.ones(DataType.DOUBLE, 1, 1);
  }
}
