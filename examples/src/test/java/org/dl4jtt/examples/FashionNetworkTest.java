package org.dl4jtt.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.schedule.ISchedule;

class FashionNetworkTest {
  private final MultiLayerNetwork network =
      FashionNetwork.create(28, 28, LearningRates.twoCosines(0.05, 6, 10), 1);

  @Test
  void everyLayer_isOneOfDl4j() {
    for (Layer layer : network.getLayers()) {
      assertThat(layer.getClass().getName()).startsWith("org.deeplearning4j.");
      assertThat(layer.conf().getLayer().getClass().getName()).startsWith("org.deeplearning4j.");
    }
  }

  @Test
  void convolutions_holdAtLeastHalfOfTheWeights() {
    long convolutions = 0;
    for (Layer layer : network.getLayers()) {
      if (layer.conf().getLayer() instanceof ConvolutionLayer conf && conf.getNIn() > 0) {
        assertThat(conf.getKernelSize()).containsExactly(3, 3);
        convolutions += layer.getParam("W").length();
      }
    }
    assertThat(2 * convolutions).isGreaterThanOrEqualTo(network.numParams());
  }

  @Test
  void multiplyAdds_stayUnderThreeMillionPerImage() {
    // counted from the activations of one image: every output of a convolution takes a kernel of
    // products, every output of a dense layer a column
    INDArray image = Nd4j.zeros(1, 1, 28, 28);
    List<INDArray> activations = network.feedForward(image);
    long multiplyAdds = 0;
    for (int i = 0; i < network.getnLayers(); i++) {
      Layer layer = network.getLayer(i);
      INDArray weight = layer.paramTable().get("W");
      if (weight != null) {
        long outputs = activations.get(i + 1).length();
        multiplyAdds += outputs * (weight.length() / outputsOf(layer));
      }
    }
    assertThat(multiplyAdds).isBetween(2_000_000L, 3_000_000L);
  }

  private static long outputsOf(Layer layer) {
    return ((FeedForwardLayer) layer.conf().getLayer()).getNOut();
  }

  @Test
  void denseLayer_isWide() {
    FeedForwardLayer dense = (FeedForwardLayer) network.getLayer("dense").conf().getLayer();
    assertThat(dense.getNIn() * dense.getNOut()).isGreaterThan(50_000);
  }

  @Test
  void otherImageSizes_fitToo() {
    MultiLayerNetwork other =
        FashionNetwork.create(32, 32, LearningRates.twoCosines(0.05, 1, 1), 1);
    assertThat(other.output(Nd4j.zeros(2, 1, 32, 32)).shape()).containsExactly(2, 10);
  }

  @Test
  void learningRates_fallFromThePeakThenFromHalfOfIt() {
    ISchedule rates = LearningRates.twoCosines(0.05, 4, 8);
    assertThat(rates.valueAt(0, 0)).isEqualTo(0.05);
    assertThat(rates.valueAt(0, 2)).isEqualTo(0.025);
    assertThat(rates.valueAt(0, 4)).isEqualTo(0.025);
    for (int epoch = 5; epoch < 12; epoch++) {
      assertThat(rates.valueAt(0, epoch)).isLessThan(rates.valueAt(0, epoch - 1)).isPositive();
    }
    assertThat(rates.valueAt(0, 100)).isEqualTo(rates.valueAt(0, 11));
  }
}
