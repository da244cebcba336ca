package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;

import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** A layer can be frozen, and taken into another network. */
interface TransferClaims extends LayerInNetworks {
  @Test
  default void frozen_staysAsItIs() {
    DataSet data = data(6, DataType.DOUBLE);
    MultiLayerNetwork net =
        new TransferLearning.Builder(network(new Sgd(0.1)))
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Sgd(0.1)).build())
            .setFeatureExtractor(index())
            .build();
    INDArray before = net.getLayer(index()).params().dup();
    double score = net.score(data);
    net.fit(data);
    assertThat(net.getLayer(index()).params()).isEqualTo(before);
    assertThat(net.score(data)).isLessThan(score);
  }

  @Test
  default void frozenWithBackprop_passesTheGradientOn() {
    DataSet data = data(6, DataType.DOUBLE);
    MultiLayerNetwork net = network(new FrozenLayerWithBackprop(built(layer())), new Sgd(0.1));
    INDArray before = net.params().dup();
    INDArray frozen = net.getLayer(index()).params().dup();
    INDArray front = net.getLayer(0).params().dup();
    net.fit(data);
    assertThat(net.getLayer(index()).params()).isEqualTo(frozen);
    assertThat(net.params()).isNotEqualTo(before);
    if (!isFirst()) {
      assertThat(distance(net.getLayer(0).params(), front)).isPositive();
    }
  }

  @Test
  default void transferLearning_keepsTheCores() {
    MultiLayerNetwork net = network(new Sgd(0.1));
    MultiLayerNetwork other =
        new TransferLearning.Builder(net)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Adam(0.1)).build())
            .removeOutputLayer()
            .addLayer(
                isSequence()
                    ? new RnnOutputLayer.Builder(LossFunctions.LossFunction.MSE)
                        .dataFormat(format())
                        .nIn(outputNIn(net))
                        .nOut(2)
                        .activation(Activation.TANH)
                        .build()
                    : new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                        .nIn(outputNIn(net))
                        .nOut(2)
                        .activation(Activation.TANH)
                        .build())
            .build();
    assertThat(other.getLayer(index()).paramTable()).isEqualTo(net.getLayer(index()).paramTable());
  }

  private static long outputNIn(MultiLayerNetwork net) {
    return ((org.deeplearning4j.nn.conf.layers.FeedForwardLayer)
            net.getOutputLayer().conf().getLayer())
        .getNIn();
  }
}
