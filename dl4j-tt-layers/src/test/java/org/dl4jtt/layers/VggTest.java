package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * The networks of Novikov et al. 2015 (arXiv:1509.06569), configured as a user does, and the
 * paper's counts. No weight is allocated: the configurations know how many there are.
 */
class VggTest {
  private static final int[] BLOCKS_16 = {2, 2, 3, 3, 3};
  private static final int[] BLOCKS_19 = {2, 2, 4, 4, 4};
  private static final long DENSE_FC6 = 25_088L * 4_096;
  private static final long DENSE_FC7 = 4_096L * 4_096;

  private static Layer fc6(int rank) {
    return new TTDense.Builder()
        .name("fc6")
        .nOut(4096)
        .inputModes(2, 7, 8, 8, 7, 4)
        .outputModes(4, 4, 4, 4, 4, 4)
        .ranks(rank)
        .build();
  }

  private static Layer fc7(int rank) {
    return new TTDense.Builder().name("fc7").nOut(4096).autoModes(6).ranks(rank).build();
  }

  private static Layer dense(String name) {
    return new DenseLayer.Builder().name(name).nOut(4096).build();
  }

  private static MultiLayerConfiguration vgg(int[] blocks, Layer fc6, Layer fc7) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .activation(Activation.RELU)
            .convolutionMode(ConvolutionMode.Same)
            .list();
    int filters = 64;
    for (int convolutions : blocks) {
      for (int i = 0; i < convolutions; i++) {
        list.layer(new ConvolutionLayer.Builder(3, 3).nOut(filters).build());
      }
      list.layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build());
      filters = Math.min(512, 2 * filters);
    }
    return list.layer(fc6)
        .layer(fc7)
        .layer(new OutputLayer.Builder().nOut(1000).activation(Activation.SOFTMAX).build())
        .setInputType(InputType.convolutional(224, 224, 3))
        .build();
  }

  private static long parameters(MultiLayerConfiguration conf) {
    return conf.getConfs().stream()
        .filter(layer -> layer.getLayer().initializer() != null)
        .mapToLong(layer -> layer.getLayer().initializer().numParams(layer))
        .sum();
  }

  private static long coreWeights(MultiLayerConfiguration conf, String name) {
    return conf.getConfs().stream()
        .map(NeuralNetConfiguration::getLayer)
        .filter(layer -> name.equals(layer.getLayerName()))
        .mapToLong(layer -> ((TTDense) layer).getForm().weights())
        .sum();
  }

  @ParameterizedTest
  @CsvSource({"4, 2016, 50972", "2, 528, 194622", "1, 144, 713614"})
  void fc6_hasTheWeightsOfThePaper(int rank, long weights, long compression) {
    MultiLayerConfiguration conf = vgg(BLOCKS_16, fc6(rank), dense("fc7"));
    assertThat(coreWeights(conf, "fc6")).isEqualTo(weights);
    assertThat(DENSE_FC6 / weights).isEqualTo(compression);
  }

  @Test
  void fc6AndFc7_atRank4_shrink37732Times() {
    MultiLayerConfiguration conf = vgg(BLOCKS_16, fc6(4), fc7(4));
    assertThat(coreWeights(conf, "fc7")).isEqualTo(1_152); // 4^6 by 4^6
    long weights = coreWeights(conf, "fc6") + coreWeights(conf, "fc7");
    assertThat((DENSE_FC6 + DENSE_FC7) / weights).isEqualTo(37_732);
  }

  @Test
  void wholeNetworks_shrinkAsInThePaper() {
    long vgg16 = parameters(vgg(BLOCKS_16, dense("fc6"), dense("fc7")));
    long vgg19 = parameters(vgg(BLOCKS_19, dense("fc6"), dense("fc7")));
    assertThat(vgg16).isEqualTo(138_357_544); // Simonyan, Zisserman 2015: 138 and 144 million
    assertThat(vgg19).isEqualTo(143_667_240);
    assertRatio(vgg16, vgg(BLOCKS_16, fc6(4), dense("fc7")), 3.9);
    assertRatio(vgg19, vgg(BLOCKS_19, fc6(4), dense("fc7")), 3.5);
    assertRatio(vgg16, vgg(BLOCKS_16, fc6(4), fc7(4)), 7.4);
    assertRatio(vgg19, vgg(BLOCKS_19, fc6(4), fc7(4)), 6.0);
  }

  /** The paper rounds to one decimal. */
  private static void assertRatio(long before, MultiLayerConfiguration conf, double ratio) {
    assertThat((double) before / parameters(conf)).isCloseTo(ratio, within(0.0501));
  }

  /** 3072 -> 262,144 -> 4096: as dense layers 1.9 billion weights. */
  @Test
  void wideAndShallow_trains() {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(7)
                .activation(Activation.RELU)
                .updater(new Adam(1e-3))
                .list()
                .layer(
                    new TTDense.Builder()
                        .nOut(262_144)
                        .inputModes(4, 4, 4, 4, 4, 3)
                        .outputModes(8, 8, 8, 8, 8, 8)
                        .ranks(8)
                        .build())
                .layer(
                    new TTDense.Builder()
                        .nOut(4096)
                        .inputModes(8, 8, 8, 8, 8, 8)
                        .outputModes(4, 4, 4, 4, 4, 4)
                        .ranks(8)
                        .build())
                .layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.feedForward(3 * 32 * 32))
                .build());
    net.init();
    Nd4j.getRandom().setSeed(3);
    INDArray x = Nd4j.rand(DataType.FLOAT, 4, 3072);
    INDArray y = Nd4j.zeros(DataType.FLOAT, 4, 10);
    for (int i = 0; i < 4; i++) {
      y.putScalar(i, 3 * i, 1);
    }
    net.fit(x, y);
    double first = net.score();
    net.fit(x, y);
    assertThat(net.score()).isLessThan(first);
    assertThat(net.getLayer(0).getParam("core0").isNaN().any()).isFalse();
    assertThat(net.numParams()).isLessThan(350_000); // most of them are the first layer's biases
  }
}
